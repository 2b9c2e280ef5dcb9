using IntelMQ.Bots.Experts.Sieve.Language;

namespace IntelMQ.Bots.Experts.Sieve;

/// <summary>Filters, changes and routes messages by rules that are written in a small language.</summary>
/// <remarks>The README of the bot describes the language; it is read once, when the bot starts.</remarks>
[Bot("intelmq.bots.experts.sieve.expert")]
public sealed class SieveExpert(SieveExpertOptions options) : Expert
{
    SieveProgram? _program;
    SieveRun? _run;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        var rules = RuleFile.Read(options.File, FieldTypes.Of(Context.Format));
        _program = rules.Program ?? throw new ConfigurationException(rules.Error!);
        _run = _program.NewRun(Context.Time, Log);
        return default;
    }

    /// <inheritdoc />
    protected override ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
    {
        if (!_program!.Apply(message, _run!)) return default;
        return _run!.Paths is { } paths ? SendAsync(message, paths, emitter, cancellationToken) : emitter.SendAsync(message, cancellationToken: cancellationToken);
    }

    static async ValueTask SendAsync(Message message, IReadOnlyList<string> paths, IEmitter emitter, CancellationToken cancellationToken)
    {
        foreach (var path in paths) await emitter.SendAsync(message, path, cancellationToken: cancellationToken);
    }
}

/// <summary>Parameters of <see cref="SieveExpert"/>.</summary>
public sealed record SieveExpertOptions : BotOptions, ICheckable
{
    /// <summary>The file with the rules.</summary>
    public string File { get; init; } = "/opt/intelmq/var/lib/bots/sieve/filter.sieve";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        // Which fields the installation has, and of which types, is not known here; the start of the bot tells.
        var rules = RuleFile.Read(File, FieldTypes.Shipped);
        if (rules.Error is { } error) yield return new(BotLogLevel.Error, error, "file");
        foreach (var warning in rules.Warnings) yield return new(BotLogLevel.Warning, warning, "file");
    }
}
