using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Sdk.Testing;

/// <summary>The parameters that the host acts on for all bots of a kind, as far as they change messages.</summary>
sealed class HostParameters
{
    static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "name", "provider", "code", "documentation", "accuracy", "rate_limit", "default_fields", "copy_collector_provided_fields",
        "redis_cache_db", "redis_cache_host", "redis_cache_password", "redis_cache_port", "redis_cache_ttl",
    };

    public HostParameters(ParameterReader reader, DataFormat format)
    {
        foreach (var (name, field) in new[] { ("name", Fields.FeedName), ("provider", Fields.FeedProvider), ("code", Fields.FeedCode), ("documentation", (Field)Fields.FeedDocumentation) })
            if (reader.Has(name))
                Feed.Add(new(field, reader.String(name)));
        Feed.Add(new(Fields.FeedAccuracy, reader.Has("accuracy") ? reader.Any("accuracy") : 100.0));
        CopiedFields = reader.Has("copy_collector_provided_fields") ? [.. reader.Strings("copy_collector_provided_fields").Select(Field.Named)] : [];
        foreach (var (name, value) in reader.Has("default_fields") ? reader.Any("default_fields").Map ?? new Dictionary<string, object?>() : new Dictionary<string, object?>())
        {
            var trial = new Event(format);
            trial.Set(Field.Named(name), FieldValue.From(value));
            DefaultFields.AddRange(trial.Items);
        }
    }

    public List<KeyValuePair<Field, FieldValue>> Feed { get; } = [];

    public IReadOnlyList<Field> CopiedFields { get; }

    public List<KeyValuePair<Field, FieldValue>> DefaultFields { get; } = [];

    public static bool Has(string name) => Names.Contains(name);

    public void AddFeedTo(Report report)
    {
        foreach (var (field, value) in Feed)
            if (!report.Has(field))
                report.Add(field, value);
    }
}
