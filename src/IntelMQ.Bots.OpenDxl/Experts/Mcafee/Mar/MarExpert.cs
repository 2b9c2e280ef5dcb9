using IntelMQ.Bots.Clients.Dxl;

namespace IntelMQ.Bots.Experts.Mcafee.Mar;

/// <summary>Asks McAfee Active Response which endpoints have to do with an event, and sends an event for each of them.</summary>
[Bot("intelmq.bots.experts.mcafee.expert_mar")]
public sealed class MarExpert(MarExpertOptions options) : Expert
{
    static readonly JsonRow Table = EmbeddedTable.Read<MarExpert>("mar.table.json");

    readonly bool _needsAll = Table.Object(options.LookupTypeOrFirst)["needs_all"].TryGetBoolean(out var needsAll) && needsAll;
    readonly (string Collector, string Output, Field Field)[] _conditions =
        [.. Table.Object(options.LookupTypeOrFirst).Items("conditions").Select(static row => (row["collector"].ToString(), row["output"].ToString(), Field.Named(row["field"].ToString())))];

    DxlConfiguration? _configuration;
    DxlConnection? _connection;

    /// <summary>The lookups that there are.</summary>
    internal static IEnumerable<string> LookupTypes => Table.Keys;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (options.ProblemOfLookupType is { } problem) throw new ConfigurationException(problem);
        _configuration = DxlConfiguration.Read(options.DxlConfigFile);
        return default;
    }

    /// <inheritdoc />
    protected override async ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
    {
        if (message is not Event e) throw new InvalidMessageException("This expert takes events, but this message is a report. Put a parser before it.");
        var conditions = Conditions(e);
        if (conditions.Count == 0)
        {
            Log.Debug($"An event has nothing that {options.LookupType} looks for, so there are no endpoints.");
            return;
        }

        var search = new MarSearch(await ConnectAsync(cancellationToken), Context.Time);
        foreach (var address in await search.FindAddressesAsync(conditions, cancellationToken))
        {
            var found = e.Clone();
            found.Set(Fields.Source.Ip, address);
            await emitter.SendAsync(found, cancellationToken: cancellationToken);
        }
    }

    List<object?> Conditions(Event e)
    {
        List<object?> conditions = [.. _conditions.Where(condition => e.Has(condition.Field)).Select(condition => (object?)new OrderedDictionary<string, object?>
        {
            ["name"] = condition.Collector,
            ["output"] = condition.Output,
            ["op"] = "EQUALS",
            ["value"] = e.Get(condition.Field).ToString(),
        })];
        return _needsAll && conditions.Count < _conditions.Length ? [] : conditions;
    }

    async Task<DxlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is { IsConnected: true }) return _connection;
        if (_connection is not null) await _connection.DisposeAsync();
        _connection = null;
        return _connection = await DxlConnection.ConnectAsync(_configuration!, Context.Time, Log, cancellationToken);
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        await base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="MarExpert"/>.</summary>
public sealed record MarExpertOptions : BotOptions, ICheckable
{
    /// <summary>The configuration file of the OpenDXL client, with brokers and certificates.</summary>
    public string DxlConfigFile { get; init; } = "<insert /path/to/dxlclient.config>";

    /// <summary>By what endpoints are looked for: <c>Hash</c>, <c>DestSocket</c>, <c>DestIP</c> or <c>DestFQDN</c>.</summary>
    public string LookupType { get; init; } = "<Hash|DestSocket|DestIP|DestFQDN>";

    internal string? ProblemOfLookupType => MarExpert.LookupTypes.Contains(LookupType) ? null : $"lookup_type is '{LookupType}'; expected {string.Join(", ", MarExpert.LookupTypes)}.";

    internal string LookupTypeOrFirst => ProblemOfLookupType is null ? LookupType : MarExpert.LookupTypes.First();

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (ProblemOfLookupType is { } problem) yield return new(BotLogLevel.Error, problem, "lookup_type");
        foreach (var wrong in DxlConfiguration.Check(DxlConfigFile)) yield return wrong;
    }
}
