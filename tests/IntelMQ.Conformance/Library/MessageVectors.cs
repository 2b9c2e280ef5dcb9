using System.Text;

namespace IntelMQ.Conformance.Library;

/// <summary>Compares messages: what is stored, what errors say, and all the forms in which they are written.</summary>
static class MessageVectors
{
    const int RecordedErrorChars = 300;

    /// <summary>A line of <c>message-add.jsonl</c>.</summary>
    public static Verdict CheckAdd(Vector vector)
    {
        if (!Vector.TryDecode(vector["value"], out var value)) return Verdict.Skipped("the value has no form in JSON");
        var message = New(vector.Text("class")!);
        if (value.Kind == ValueKind.Bytes && vector["sanitize"] is false && vector.Text("key") == "raw") return Verdict.Skipped("bytes are the form of raw data here");
        var result = Attempt(() => Outcome(message, vector.Text("key")!, value, vector["sanitize"] is true, overwrite: null, vector["raise_failure"] is true));
        var difference = DiffersInResult(result, vector["result"]) ?? DiffersInFields(message, vector.Map("message"));
        return difference is not null && DataTypeVectors.HasSeveralMembers(value) ? Verdict.Skipped("the order of the members of a map was not recorded") : difference;
    }

    /// <summary>A line of <c>message-operations.jsonl</c>.</summary>
    public static string? CheckOperations(Vector vector)
    {
        var message = New(vector.Text("class")!);
        var created = Attempt(() =>
        {
            foreach (var (key, value) in vector.Map("init")) message.Adopt(Field.Named(key), FieldValue.From(value));
            return null;
        });
        if (Vector.IsError(vector["created"])) return DiffersInResult(created, vector["created"]);
        if (DiffersInFields(message, vector.Map("created")) is { } problem) return "created: " + (created ?? problem);
        foreach (var operation in vector.List("ops").Cast<IReadOnlyDictionary<string, object?>>())
        {
            var call = (IReadOnlyList<object?>)operation["op"]!;
            var result = Attempt(() => Run(message, call));
            if (DiffersInResult(result, operation["result"]) is { } difference) return $"{Vector.Show(call)}: {difference}";
        }

        return DiffersInFields(message, vector.Map("final")) ?? Differs("serialized", message.ToString(), vector.Text("serialized"));
    }

    static object? Run(Message message, IReadOnlyList<object?> call)
    {
        var key = call[1] as string ?? "";
        var field = Field.Named(key);
        switch ((string)call[0]!)
        {
            case "add":
                var options = (IReadOnlyDictionary<string, object?>)call[3]!;
                if (options.TryGetValue("ignore", out var ignored) && IsIn(call[2], ignored) && !message.Has(field) && !IsEmpty(call[2])) return Ignore(message, key);
                return Outcome(message, key, FieldValue.From(call[2]), Option(options, "sanitize") ?? true, Option(options, "overwrite"), Option(options, "raise_failure") ?? true);
            case "change": message.Change(field, FieldValue.From(call[2])); return IsEmpty(call[2]) ? null : true;
            case "setitem": message.Add(field, FieldValue.From(call[2])); return null;
            case "del": return message.Remove(field) || key == "extra" ? null : throw new KeyNotFoundException(key);
            case "in": return message.Has(field);
            case "get" when message.Get(field).IsNone: return call.Count > 2 ? call[2] : null;
            case "getitem" when message.Get(field).IsNone: throw new KeyNotFoundException(key);
            case "get" or "getitem": return Shown(message.Get(field));
            case "is_valid": return IsValid(message, field, FieldValue.From(call[2]), call.Count < 4 || call[3] is true);
            case "finditems": return message.FindItems(key).OrderBy(pair => pair.Key.Name, StringComparer.Ordinal).Select(pair => (object?)new List<object?> { pair.Key.Name, pair.Value.ToObject() }).ToList();
            case "update": message.Update((IReadOnlyDictionary<string, object?>)call[1]!); return null;
            default: throw new ArgumentException((string)call[0]!);
        }
    }

    static object? Ignore(Message message, string key) => message.Rules.Find(Field.Named(key)) is null ? throw new InvalidKeyException(key, message.Rules.WhyUnknown(Field.Named(key))) : null;

    static bool? Option(IReadOnlyDictionary<string, object?> options, string name) => options.TryGetValue(name, out var value) ? value as bool? : null;

    static bool IsIn(object? value, object? container) => container is IReadOnlyList<object?> list ? list.Any(i => Vector.Show(i) == Vector.Show(value)) : false;

    static bool IsEmpty(object? value) => value is null or "" or "-" or "N/A";

    static object? IsValid(Message message, Field field, in FieldValue value, bool sanitize)
    {
        var rule = message.Rules.Find(field) ?? throw new InvalidKeyException(field.Name, message.Rules.WhyUnknown(field));
        return !IsEmpty(value.ToObject()) && rule.TryAccept(value, sanitize, out _, out _);
    }

    // What the original's add() returns, or raises.
    static object? Outcome(Message message, string key, FieldValue value, bool sanitize, bool? overwrite, bool raiseFailure)
    {
        var field = Field.Named(key);
        var result = message.Apply(field, value, sanitize, overwrite ?? false, out var refusal);
        return result switch
        {
            AddResult.Stored => true,
            AddResult.Ignored => null,
            AddResult.Exists when overwrite is null => throw new KeyExistsException(key),
            AddResult.Invalid when raiseFailure => throw refusal.ToException(field),
            _ => false,
        };
    }

    /// <summary>A line of <c>message-unserialize.jsonl</c>.</summary>
    public static string? CheckRead(Vector vector)
    {
        var expected = vector["result"];
        Message message;
        try
        {
            message = JsonForm.Read(Encoding.UTF8.GetBytes(vector.Text("text")!), DataFormat.Shipped, vector.Text("default_type"));
        }
        catch (InvalidMessageException e)
        {
            if (!Vector.IsError(expected)) return e.Message;
            return Vector.ErrorType(expected) is "InvalidValue" ? Differs("error", e.Message, Vector.ErrorText(expected)) : null;
        }

        if (Vector.IsError(expected)) return $"read as {message}, expected an error";
        var parts = (IReadOnlyList<object?>)expected!;
        return Differs("type", message.TypeName, (string)parts[0]!)
            ?? DiffersInFields(message, (IReadOnlyDictionary<string, object?>)parts[1]!)
            ?? DiffersAfterBinaryForm(message);
    }

    static string? DiffersAfterBinaryForm(Message message)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        BinaryForm.Write(buffer, message);
        return Differs("after the binary form", BinaryForm.Read(buffer.WrittenMemory, message.Format).ToString(), message.ToString());
    }

    /// <summary>A line of <c>message-conversion.jsonl</c>.</summary>
    public static string? CheckConversion(Vector vector)
    {
        if (vector.Has("copy_collector_provided_fields"))
        {
            var report = (Report)Filled(new Report(DataFormat.Shipped), vector.Map("report"));
            report.CopiedFields = [.. (vector["copy_collector_provided_fields"] as IReadOnlyList<object?> ?? []).Select(name => Field.Named((string)name!))];
            return DiffersInFields(report.NewEvent(), vector.Map("event"));
        }

        var converted = Report.FromEvent((Event)Filled(new Event(DataFormat.Shipped), vector.Map("event")));
        // The original adds the time now; here the host does, for every report that a collector sends.
        var expected = vector.Map("report").Where(pair => pair.Key != "time.observation" || vector.Map("event").ContainsKey(pair.Key)).ToDictionary();
        return DiffersInFields(converted, expected);
    }

    static Message Filled(Message message, IReadOnlyDictionary<string, object?> fields, IEnumerable<string>? order = null)
    {
        foreach (var key in order ?? fields.Keys)
        {
            Vector.TryDecode(fields[key], out var value);
            message.Put(Field.Named(key), value);
        }

        return message;
    }

    /// <summary>A line of <c>event-forms.jsonl</c>.</summary>
    public static string? CheckForms(Vector vector)
    {
        var message = (Event)Filled(new Event(DataFormat.Shipped), vector.Map("event"), vector.List("order").Cast<string>());
        var difference = DiffersInForms(vector, message) ?? DiffersInForms(vector, Encoded(message)) ?? DiffersAfterBinaryForm(message);
        return difference is not null && HasFieldBelowMap(vector.Map("event")) ? $"a field lies below a map: {difference}" : difference;
    }

    // Such as extra.b.d where extra.b is {"c": 1}.
    static bool HasFieldBelowMap(IReadOnlyDictionary<string, object?> fields) =>
        fields.Any(field => field.Value is IReadOnlyDictionary<string, object?> && fields.Keys.Any(other => other.StartsWith(field.Key + ".", StringComparison.Ordinal)));

    // The same event as it comes from a broker, nothing of it decoded.
    static Event Encoded(Event message)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        BinaryForm.Write(buffer, message);
        return (Event)BinaryForm.Read(buffer.WrittenMemory, message.Format);
    }

    static string? DiffersInForms(Vector vector, Event message) =>
        DiffersInText("to_json", vector, () => message.ToJson())
        ?? DiffersInText("to_json_hierarchical", vector, () => message.ToJson(new() { Hierarchical = true }))
        ?? DiffersInText("to_json_hierarchical_with_type", vector, () => message.ToJson(new() { Hierarchical = true, WithType = true }))
        ?? DiffersInText("serialize", vector, message.ToString)
        ?? DiffersInMap("to_dict", vector, message, new())
        ?? DiffersInMap("to_dict_with_type", vector, message, new() { WithType = true })
        ?? DiffersInMap("to_dict_hierarchical", vector, message, new() { Hierarchical = true })
        ?? DiffersInMap("to_dict_jsondict_as_string", vector, message, new() { JsonDictAsString = true })
        ?? DiffersInMap("to_dict_hierarchical_jsondict_as_string", vector, message, new() { Hierarchical = true, JsonDictAsString = true })
        ?? DiffersInText("hash", vector, () => MessageHash.OfAll.ComputeText(message))
        ?? DiffersInHash(vector["hash_blacklist"], names => MessageHash.Without(names).ComputeText(message))
        ?? DiffersInHash(vector["hash_whitelist"], names => MessageHash.Of(names).ComputeText(message))
        ?? DiffersInText("extra", vector, () => message.Has(Fields.Extra) ? Shown(message.Get(Fields.Extra)) as string : null);

    static string? DiffersInText(string key, Vector vector, Func<string?> write)
    {
        var written = Attempt(write);
        return Vector.IsError(vector[key]) ? written is Exception ? null : $"{key}: no error" : Differs(key, written?.ToString(), vector.Text(key));
    }

    static string? DiffersInMap(string key, Vector vector, Event message, MessageJsonOptions options)
    {
        var map = Attempt(() => message.ToMap(options));
        if (Vector.IsError(vector[key])) return map is Exception ? null : $"{key}: no error";
        return Differs(key, map is Exception e ? e.Message : Vector.Show(map), Vector.Show(vector[key]));
    }

    static string? DiffersInHash(object? expected, Func<IEnumerable<string>, string> compute)
    {
        if (expected is not IReadOnlyDictionary<string, object?> filtered) return null;
        return Differs("filtered hash", compute(((IReadOnlyList<object?>)filtered["filter_keys"]!).Cast<string>()), filtered["hash"] as string);
    }

    // The whole extra is a JSON text there and a map here.
    static object? Shown(in FieldValue value) => value.Map is not null ? PythonJson.ToText(value, ascii: true) : value.Kind == ValueKind.Bytes ? value.ToString() : value.ToObject();

    static Message New(string type) => type == "Event" ? new Event(DataFormat.Shipped) : new Report(DataFormat.Shipped);

    static object? Attempt(Func<object?> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is not NullReferenceException)
        {
            return e;
        }
    }

    static string? DiffersInResult(object? actual, object? expected)
    {
        if (!Vector.IsError(expected)) return actual is Exception e ? $"{e.GetType().Name} {e.Message}, expected {Vector.Show(expected)}" : Differs("result", Vector.Show(actual), Vector.Show(expected));
        if (actual is not Exception error) return actual is false && Vector.ErrorType(expected) is "Error" ? null : $"gave {Vector.Show(actual)}, expected {Vector.Show(expected)}";
        // Where the original lets other exceptions escape, the value is invalid here.
        var isOurs = Vector.ErrorType(expected) is "InvalidValue" or "InvalidKey" or "KeyExists" or "KeyNotExists";
        // An InvalidKey is shown as a literal there; the order of the members of a map is lost in the recording.
        var text = Vector.ErrorType(expected) == "InvalidKey" ? Vector.ErrorText(expected).Trim('"').Replace(@"\\", @"\") : Vector.ErrorText(expected);
        return isOurs && !text.Contains("{'") ? DiffersInErrorText(error.Message, text) : null;
    }

    // Long texts were cut when they were recorded.
    static string? DiffersInErrorText(string actual, string expected) =>
        expected.Length == RecordedErrorChars && actual.StartsWith(expected, StringComparison.Ordinal) ? null : Differs("error", actual, expected);

    static string? DiffersInFields(Message message, IReadOnlyDictionary<string, object?> expected)
    {
        var fields = message.Items.ToDictionary(pair => pair.Key.Name, pair => pair.Value);
        foreach (var (key, value) in expected)
        {
            if (!fields.Remove(key, out var actual)) return $"{key} is missing";
            if (Vector.Show(actual) != Vector.Show(value)) return $"{key} is {Vector.Show(actual)}, expected {Vector.Show(value)}";
        }

        return fields.Count == 0 ? null : $"{string.Join(", ", fields.Keys)} should not be there";
    }

    static string? Differs(string what, string? actual, string? expected) =>
        string.Equals(actual, expected, StringComparison.Ordinal) ? null : $"{what} is {actual ?? "nothing"}, expected {expected ?? "nothing"}";
}
