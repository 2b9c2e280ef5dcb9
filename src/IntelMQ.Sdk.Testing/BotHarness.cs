using System.Reflection;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Sdk.Testing;

/// <summary>
/// Runs one bot in memory as the host would: parameters are bound by the same generated code, services are fakes unless
/// the test gives others. It starts with the first message.
/// </summary>
/// <example>
/// <code>
/// await using var bot = BotHarness.For&lt;GreeterExpert&gt;("""{ "text": "hi" }""");
/// var run = await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""");
/// run.ShouldSend("""{ "source.ip": "192.0.2.1", "extra.greeting": "hi" }""");
/// </code>
/// </example>
public sealed class BotHarness : IAsyncDisposable
{
    readonly BotCatalogue _catalogue;
    readonly string _name;
    readonly IReadOnlyDictionary<string, object?> _parameters;
    readonly ServiceSet _services;
    readonly Recorder _recorder;
    readonly string _state = Path.Combine(Path.GetTempPath(), $"intelmq-bot-{Guid.NewGuid():N}");
    HostParameters? _host;
    Bot? _bot;
    bool _started;

    BotHarness(BotCatalogue catalogue, string name, IReadOnlyDictionary<string, object?> parameters, object[] services)
    {
        _catalogue = catalogue;
        _name = name;
        _parameters = parameters;
        _services = new ServiceSet(services);
        Format = services.OfType<DataFormat>().FirstOrDefault() ?? DataFormat.Shipped;
        _recorder = new(Format);
    }

    /// <summary>A harness for a class of bots.</summary>
    /// <typeparam name="TBot">The class with the <c>[Bot]</c> attribute.</typeparam>
    /// <param name="parametersJson">The parameters as a JSON object.</param>
    /// <param name="services">Services that replace the fakes, and the <see cref="DataFormat"/> if it is not the shipped one.</param>
    /// <exception cref="FormatException">The parameters are no JSON object.</exception>
    public static BotHarness For<TBot>(string parametersJson = "{}", params object[] services) where TBot : Bot =>
        For<TBot>(ParameterFile.Json(parametersJson, "The text with the parameters"), services);

    /// <summary>A harness for a class of bots.</summary>
    /// <typeparam name="TBot">The class with the <c>[Bot]</c> attribute.</typeparam>
    /// <param name="parameters">Values are null, string, long, double, bool, lists and maps.</param>
    /// <param name="services">Services that replace the fakes, and the <see cref="DataFormat"/> if it is not the shipped one.</param>
    public static BotHarness For<TBot>(IReadOnlyDictionary<string, object?> parameters, params object[] services) where TBot : Bot =>
        ForModule(typeof(TBot).Assembly, BotCatalogue.NameOf(typeof(TBot)), parameters, services);

    /// <summary>A harness for a bot by the name that <c>module</c> in <c>runtime.yaml</c> uses.</summary>
    /// <exception cref="ArgumentException">The assembly has no such bot.</exception>
    public static BotHarness ForModule(Assembly bots, string module, IReadOnlyDictionary<string, object?> parameters, params object[] services)
    {
        var catalogue = BotCatalogue.Of(bots);
        _ = catalogue.Registration(module);
        return new(catalogue, module, parameters, services);
    }

    /// <summary>The data format that messages follow.</summary>
    public DataFormat Format { get; }

    /// <summary>The clock of the bot, unless the test gave another one.</summary>
    public FakeTime Time => _services.Time;

    /// <summary>The domain name system of the bot, unless the test gave another one.</summary>
    public FakeDns Dns => _services.Dns;

    /// <summary>The web of the bot, unless the test gave another one.</summary>
    public FakeHttp Http => _services.Http;

    /// <summary>The cache of the bot, unless the test gave another one.</summary>
    public MemoryCache Cache => _services.Cache;

    /// <summary>The directory that belongs to the bot; there when the harness is, gone when it is disposed.</summary>
    public string StateDirectory => Directory.CreateDirectory(Path.Combine(_state, "test")).FullName;

    /// <summary>What is wrong with the parameters and what the options say about themselves, as <c>intelmqctl check</c> tells it.</summary>
    public IReadOnlyList<CheckResult> Check()
    {
        var reader = new ParameterReader(_parameters);
        var said = _catalogue.Registration(_name).Check(reader).ToArray();
        return [.. reader.Errors.Select(static e => new CheckResult(BotLogLevel.Error, $"{e.Message}; expected: {e.Expected}", e.Path)), .. UnknownParameters(), .. said];
    }

    IEnumerable<CheckResult> UnknownParameters() =>
        from name in _parameters.Keys
        where !HostParameters.Has(name) && !_catalogue.Manifest(_name).Parameters.ContainsKey(name)
        select new CheckResult(BotLogLevel.Error, $"is no parameter of {_name}; it has {string.Join(", ", _catalogue.Manifest(_name).Parameters.Keys)}", name);

    /// <summary>The bot itself, created but not started if it was not yet.</summary>
    /// <exception cref="ConfigurationException">The parameters do not fit; all problems are told.</exception>
    public Bot Bot => _bot ??= Create();

    Bot Create()
    {
        var reader = new ParameterReader(_parameters);
        var bot = _catalogue.Registration(_name).Create(reader, _services);
        string[] problems = [.. reader.Errors.Select(static e => $"{e.Path}: {e.Message}; expected: {e.Expected}"), .. UnknownParameters().Select(static r => $"{r.Parameter}: {r.Message}")];
        if (bot is null || problems.Length > 0) throw new ConfigurationException(string.Join("\n", problems));
        _host = new HostParameters(reader, Format);
        bot.Context = new BotContext
        {
            BotId = "test",
            Format = Format,
            Log = _recorder,
            Time = _services.TimeInUse,
            StateDirectory = StateDirectory,
            DefaultFields = _host.DefaultFields,
        };
        return bot;
    }

    /// <summary>As the host does: an error keeps the bot from starting, anything else goes to the log.</summary>
    void AskOptions()
    {
        var said = _catalogue.Registration(_name).Check(new ParameterReader(_parameters)).ToLookup(static result => result.Level >= BotLogLevel.Error);
        foreach (var oddity in said[false]) ((IBotLog)_recorder).Write(oddity.Level, oddity.Describe());
        if (said[true].Any()) throw new ConfigurationException(string.Join('\n', said[true].Select(static result => result.Describe())));
    }

    /// <summary>Starts the bot, which the first message does otherwise.</summary>
    /// <exception cref="ConfigurationException">The bot cannot run with its parameters.</exception>
    public async ValueTask StartAsync(CancellationToken cancellationToken = default)
    {
        if (_started) return;
        AskOptions();
        await Bot.StartAsync(cancellationToken);
        _started = true;
    }

    /// <summary>Stops the bot and makes a new one with the same parameters, services and state directory.</summary>
    public async ValueTask RestartAsync(CancellationToken cancellationToken = default)
    {
        if (_bot is not null) await _bot.DisposeAsync();
        (_bot, _started) = (null, false);
        await StartAsync(cancellationToken);
    }

    /// <summary>Runs a collector once.</summary>
    /// <param name="most">Ends the run after that many reports, for collectors that listen for ever.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="InvalidOperationException">The bot is no collector.</exception>
    public async Task<BotRun> CollectAsync(int most = int.MaxValue, CancellationToken cancellationToken = default)
    {
        await StartAsync(cancellationToken);
        var collector = Bot as Collector ?? throw Not("collector");
        if (most <= 0) return _recorder.Take();
        await foreach (var report in collector.CollectAsync(cancellationToken).WithCancellation(cancellationToken))
        {
            _host!.AddFeedTo(report);
            _recorder.Sent(report, QueuePath.Default);
            if (--most == 0) break;
        }

        return _recorder.Take();
    }

    /// <summary>Gives a parser one report of these data, observed when <see cref="Time"/> says.</summary>
    /// <exception cref="InvalidOperationException">The bot is no parser.</exception>
    public Task<BotRun> ParseAsync(string raw, CancellationToken cancellationToken = default) =>
        ParseAsync(System.Text.Encoding.UTF8.GetBytes(raw), cancellationToken);

    /// <inheritdoc cref="ParseAsync(string, CancellationToken)"/>
    public Task<BotRun> ParseAsync(byte[] raw, CancellationToken cancellationToken = default) => ParseAsync(NewReport(raw), cancellationToken);

    /// <summary>Gives a parser one report.</summary>
    /// <exception cref="InvalidOperationException">The bot is no parser.</exception>
    public async Task<BotRun> ParseAsync(Report report, CancellationToken cancellationToken = default)
    {
        await StartAsync(cancellationToken);
        var parser = Bot as Parser ?? throw Not("parser");
        report.CopiedFields = _host!.CopiedFields;
        _recorder.DefaultFields = _host.DefaultFields;
        await parser.ParseAsync(report, _recorder, cancellationToken);
        return _recorder.Take();
    }

    /// <summary>A report of these data, observed when <see cref="Time"/> says.</summary>
    public Report NewReport(byte[] raw)
    {
        var report = new Report(Format);
        report.Add(Fields.TimeObservation, _services.TimeInUse.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss+00:00", System.Globalization.CultureInfo.InvariantCulture));
        if (raw.Length > 0) report.Put(Fields.Raw, raw);
        return report;
    }

    /// <summary>Gives messages to a parser, expert or output, one after the other; an output is flushed at the end.</summary>
    /// <param name="messages">JSON objects. They are events where they have no <c>__type</c>.</param>
    public Task<BotRun> RunAsync(params string[] messages) =>
        RunAsync(messages.Select(m => JsonForm.Read(System.Text.Encoding.UTF8.GetBytes(m), Format, "Event")));

    /// <summary>Gives messages to a parser, expert or output, one after the other; an output is flushed at the end.</summary>
    /// <exception cref="InvalidOperationException">The bot is a collector, or a parser is given an event.</exception>
    public async Task<BotRun> RunAsync(IEnumerable<Message> messages, CancellationToken cancellationToken = default)
    {
        await StartAsync(cancellationToken);
        foreach (var message in messages) await GiveAsync(message, cancellationToken);
        if (Bot is Output output) await output.FlushAsync(cancellationToken);
        return _recorder.Take();
    }

    internal async ValueTask GiveAsync(Message message, CancellationToken cancellationToken)
    {
        switch (Bot)
        {
            case Expert expert:
                await expert.ProcessAsync(message, _recorder, cancellationToken);
                break;
            case Output output:
                await output.WriteAsync(message, cancellationToken);
                break;
            case Parser parser when message is Report report:
                report.CopiedFields = _host!.CopiedFields;
                _recorder.DefaultFields = _host.DefaultFields;
                await parser.ParseAsync(report, _recorder, cancellationToken);
                break;
            default:
                throw new InvalidOperationException(Bot is Parser ? "A parser takes reports; say \"__type\": \"Report\", or use ParseAsync." : "A collector takes no messages; use CollectAsync.");
        }
    }

    internal BotRun TakeRun() => _recorder.Take();

    internal void FailWhole(Message message, Exception error) => _recorder.FailWhole(message, error);

    InvalidOperationException Not(string kind) => new($"{_name} is no {kind}.");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_bot is not null) await _bot.DisposeAsync();
        }
        finally
        {
            if (Directory.Exists(_state)) Directory.Delete(_state, recursive: true);
        }
    }
}
