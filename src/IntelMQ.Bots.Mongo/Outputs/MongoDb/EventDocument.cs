using MongoDB.Bson;

namespace IntelMQ.Bots.Outputs.MongoDb;

/// <summary>The form of events in a collection: times are dates there, and no name has a dot.</summary>
sealed class EventDocument(bool isHierarchical, string replacement)
{
    readonly MessageJsonOptions _form = new() { Hierarchical = isHierarchical };

    /// <summary>The document of a message, with an id of its own.</summary>
    /// <exception cref="InvalidMessageException">A number is beyond what the database has.</exception>
    /// <exception cref="InvalidOperationException">A field has a plain value and fields below it, and nested documents are asked for.</exception>
    public BsonDocument Of(Message message)
    {
        var document = new BsonDocument("_id", ObjectId.GenerateNewId());
        foreach (var (name, value) in message.ToMap(_form))
        {
            if (isHierarchical && name == "time" && value is IReadOnlyDictionary<string, object?> times)
                document[name] = new BsonDocument(times.Select(static pair => new BsonElement(pair.Key, Time(pair.Value))));
            else
                document[isHierarchical ? name : name.Replace(".", replacement, StringComparison.Ordinal)] = IsTime(name) ? Time(value) : Value(value);
        }

        return document;
    }

    static bool IsTime(string name) => name is "time.source" or "time.observation";

    static BsonValue Time(object? value) => value is string text && PointInTime.TryRead(text, out var time) ? new BsonDateTime(time.UtcDateTime) : Value(value);

    static BsonValue Value(object? value) => value switch
    {
        null => BsonNull.Value,
        string text => new BsonString(text),
        bool boolean => boolean ? BsonBoolean.True : BsonBoolean.False,
        long number => number is >= int.MinValue and <= int.MaxValue ? new BsonInt32((int)number) : new BsonInt64(number),
        double number => new BsonDouble(number),
        IReadOnlyDictionary<string, object?> map => new BsonDocument(map.Select(static pair => new BsonElement(pair.Key, Value(pair.Value)))),
        IReadOnlyList<object?> list => new BsonArray(list.Select(Value)),
        _ => throw new InvalidMessageException($"The number {value} has more than the 64 bits of MongoDB's."),
    };
}
