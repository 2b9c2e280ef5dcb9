using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Host.Running;

/// <summary>Parameters that the host acts on for all bots of a group, so that no bot need declare them.</summary>
sealed record GroupParameters(
    FeedDescription Feed,
    IReadOnlyList<Field> CopiedFields,
    IReadOnlyList<KeyValuePair<Field, FieldValue>> DefaultFields,
    IReadOnlyList<ParameterError> Errors)
{
    public static GroupParameters Read(ParameterReader reader, DataFormat format, string module)
    {
        var errors = new List<ParameterError>();
        var isCollector = module.StartsWith("intelmq.bots.collectors.", StringComparison.Ordinal);
        var isParser = module.StartsWith("intelmq.bots.parsers.", StringComparison.Ordinal);
        return new(
            isCollector ? FeedOf(reader) : new FeedDescription(null, null, null, null, FieldValue.None),
            isParser && reader.Has("copy_collector_provided_fields") ? [.. reader.Strings("copy_collector_provided_fields").Select(Field.Named)] : [],
            isParser && reader.Has("default_fields") ? Defaults(reader, format, errors) : [],
            errors);
    }

    static FeedDescription FeedOf(ParameterReader reader) => new(
        reader.Has("name") ? reader.String("name") : null,
        reader.Has("provider") ? reader.String("provider") : null,
        reader.Has("code") ? reader.String("code") : null,
        reader.Has("documentation") ? reader.String("documentation") : null,
        reader.Has("accuracy") ? reader.Any("accuracy") : 100.0);

    /// <summary>Each default is tried on an event now, so that a wrong one is told before the first report comes.</summary>
    static List<KeyValuePair<Field, FieldValue>> Defaults(ParameterReader reader, DataFormat format, List<ParameterError> errors)
    {
        var result = new List<KeyValuePair<Field, FieldValue>>();
        if (reader.Any("default_fields").Map is not { } map)
        {
            errors.Add(new("default_fields", "is not a map", "a map from field to value"));
            return result;
        }

        foreach (var (name, value) in map)
        {
            var field = Field.Named(name);
            var trial = new Event(format);
            try
            {
                trial.Set(field, FieldValue.From(value));
                result.AddRange(trial.Items);
            }
            catch (InvalidKeyException)
            {
                errors.Add(new($"default_fields.{name}", $"Invalid key '{name}' in default_fields parameter", "a field of the data format"));
            }
            catch (InvalidValueException e)
            {
                errors.Add(new($"default_fields.{name}", $"Invalid value of key '{name}' in default_fields parameter: {e.Message}", "a value that fits the field"));
            }
        }

        return result;
    }
}
