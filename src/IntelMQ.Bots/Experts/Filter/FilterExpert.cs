using System.Text.RegularExpressions;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Experts.Filter;

/// <summary>Keeps or drops messages by the value of a field and by the time of the observation.</summary>
/// <remarks>
/// Times are looked at first: a message that is too old or too new is dropped. Then the field decides: messages that are
/// kept go to <c>_default</c>. The paths <c>filter_match</c>, <c>filter_no_match</c> and <c>action_other</c> (all that is
/// not kept) are used where they are configured.
/// </remarks>
[Bot("intelmq.bots.experts.filter.expert")]
public sealed class FilterExpert(FilterExpertOptions options) : Expert
{
    Field? _key;
    Regex? _regex;
    bool _keepsMatches;
    PointInTime? _notBefore;
    PointInTime? _notAfter;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _notBefore = PointInTime.Parse(options.NotBefore);
        _notAfter = PointInTime.Parse(options.NotAfter);
        if (!options.HasKeyFilter) return default;

        _key = Field.Named(options.FilterKey!);
        _keepsMatches = options.FilterAction == "keep";
        if (options.UsesRegex) _regex = PythonRegex.Compile(options.FilterValue.ToString());
        return default;
    }

    /// <inheritdoc />
    protected override ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
    {
        if ((_notBefore is not null || _notAfter is not null) && IsOutsideOfLimits(message)) return default;
        if (_key is null) return emitter.SendAsync(message, cancellationToken: cancellationToken);

        var isMatch = IsMatch(message);
        var isKept = isMatch == _keepsMatches;
        if (!isKept)
        {
            var sending = emitter.SendAsync(message, "action_other", optional: true, cancellationToken);
            return sending.IsCompletedSuccessfully
                ? emitter.SendAsync(message, isMatch ? "filter_match" : "filter_no_match", optional: true, cancellationToken)
                : ThenSendAsync(sending, message, isMatch ? "filter_match" : "filter_no_match", emitter, cancellationToken);
        }

        var informing = emitter.SendAsync(message, isMatch ? "filter_match" : "filter_no_match", optional: true, cancellationToken);
        return informing.IsCompletedSuccessfully
            ? emitter.SendAsync(message, cancellationToken: cancellationToken)
            : ThenSendAsync(informing, message, QueuePath.Default, emitter, cancellationToken);
    }

    static async ValueTask ThenSendAsync(ValueTask before, Message message, string path, IEmitter emitter, CancellationToken cancellationToken)
    {
        await before;
        await emitter.SendAsync(message, path, optional: path != QueuePath.Default, cancellationToken);
    }

    bool IsMatch(Message message)
    {
        var value = message.Get(_key!);
        if (value.IsNone) return false;
        return _regex is null ? PythonValues.AreEqual(value, options.FilterValue) : _regex.IsMatch(PythonValues.ToText(value));
    }

    bool IsOutsideOfLimits(Message message)
    {
        var value = message.Get(TimeSource);
        if (value.IsNone) return false;
        if (!TimeFormat.Fuzzy.TryConvert(value, out var text) || !PointInTime.TryRead(text, out var time))
        {
            Log.Error($"Could not parse time.source '{value}'; the limits of time are not applied to this message.");
            return false;
        }

        var now = Context.Time.GetUtcNow();
        return (_notAfter is { } latest && time > latest.At(now)) || (_notBefore is { } earliest && time < earliest.At(now));
    }
}

/// <summary>Parameters of <see cref="FilterExpert"/>.</summary>
public sealed record FilterExpertOptions : BotOptions, ICheckable
{
    /// <summary>Name of the field to look at.</summary>
    public string? FilterKey { get; init; }

    /// <summary>The value it must have: a text, number or boolean of the same type as the field's, or a regular expression.</summary>
    public FieldValue FilterValue { get; init; } = FieldValue.None;

    /// <summary>What happens to messages that match: <c>keep</c> or <c>drop</c>.</summary>
    public string? FilterAction { get; init; }

    /// <summary>Any text, for example <c>search</c>, makes <c>filter_value</c> a regular expression that is searched in the value.</summary>
    public FieldValue FilterRegex { get; init; } = FieldValue.None;

    /// <summary>Drops messages from before this point in time, or from before this long ago, such as <c>10 days</c>.</summary>
    public string? NotBefore { get; init; }

    /// <summary>Drops messages from after this point in time, or from less than this long ago.</summary>
    public string? NotAfter { get; init; }

    internal bool HasKeyFilter => !string.IsNullOrEmpty(FilterKey) && !FilterValue.IsNone && FilterAction is "keep" or "drop";

    internal bool UsesRegex => FilterRegex.TryGetBoolean(out var wanted) ? wanted : !FilterRegex.IsNone && FilterRegex.Text is not "";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (!string.IsNullOrEmpty(FilterAction) && FilterAction is not ("keep" or "drop"))
            yield return new(BotLogLevel.Error, $"filter_action is '{FilterAction}'; expected keep or drop.", "filter_action");
        if (!HasKeyFilter && string.IsNullOrEmpty(NotBefore) && string.IsNullOrEmpty(NotAfter))
            yield return new(BotLogLevel.Error, "No relevant filter configuration found: set filter_key, filter_value and filter_action, or not_before, or not_after.", "filter_key");
        if (PointInTime.ProblemOf(NotBefore) is { } before) yield return new(BotLogLevel.Error, $"not_before: {before}", "not_before");
        if (PointInTime.ProblemOf(NotAfter) is { } after) yield return new(BotLogLevel.Error, $"not_after: {after}", "not_after");
        if (HasKeyFilter && UsesRegex && RegexProblem(FilterValue.ToString()) is { } regex)
            yield return new(BotLogLevel.Error, $"filter_value is no regular expression: {regex}", "filter_value");
    }

    static string? RegexProblem(string pattern)
    {
        try
        {
            PythonRegex.Compile(pattern);
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }
}
