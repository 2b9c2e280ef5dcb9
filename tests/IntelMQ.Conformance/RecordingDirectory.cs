using System.Text;
using IntelMQ.Conformance.Library;

namespace IntelMQ.Conformance;

/// <summary>All recordings below a directory, wherever they lie there: what a record is, its content says.</summary>
sealed class RecordingDirectory(string path)
{
    /// <exception cref="InvalidDataException">A file is no recording; the text names file and line.</exception>
    public IEnumerable<RecordedCase> Read() =>
        Directory.EnumerateFiles(path, "*.json*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".json" or ".jsonl")
            .Order(StringComparer.Ordinal)
            .SelectMany(Read);

    IEnumerable<RecordedCase> Read(string file)
    {
        var name = Path.GetRelativePath(path, file);
        if (file.EndsWith(".json", StringComparison.Ordinal))
        {
            // Other files of one JSON document describe the recordings, such as their number.
            if (Parse(File.ReadAllBytes(file), name) is { } record && record.Has("steps")) yield return Case(record, name, name);
            yield break;
        }

        var line = 0;
        foreach (var text in File.ReadLines(file))
        {
            line++;
            if (text.Length == 0) continue;
            var at = $"{name}:{line}";
            yield return Case(Parse(Encoding.UTF8.GetBytes(text), at) ?? throw new InvalidDataException($"{at}: expected a JSON object."), name, at);
        }
    }

    static RecordedCase Case(Vector record, string file, string at) =>
        new(record.Has("steps") ? record.Text("bot") ?? throw new InvalidDataException($"{at}: the recording does not say of which bot it is.") : Path.GetFileNameWithoutExtension(file), at, record);

    static Vector? Parse(byte[] json, string at)
    {
        try
        {
            return PythonJsonReader.Parse(json) is IReadOnlyDictionary<string, object?> map ? new Vector(map) : null;
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new InvalidDataException($"{at}: this is no JSON: {e.Message}", e);
        }
    }
}
