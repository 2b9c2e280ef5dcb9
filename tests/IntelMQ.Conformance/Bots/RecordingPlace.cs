using System.Text;
using IntelMQ.Conformance.Library;

namespace IntelMQ.Conformance.Bots;

/// <summary>A directory that stands for those in which something was recorded; gone when it is disposed.</summary>
sealed class RecordingPlace : IDisposable
{
    readonly string _path = Directory.CreateTempSubdirectory("intelmq-recording-").FullName;
    readonly (string From, string To)[] _places;

    public RecordingPlace()
    {
        _places = [("@SRC@", Path.Combine(_path, "src")), ("@TMP@", Path.Combine(_path, "tmp")), ("/opt/intelmq", Path.Combine(_path, "installation"))];
        foreach (var (_, to) in _places) Directory.CreateDirectory(to);
    }

    /// <summary>A recording with the names of directories in all its texts replaced by those here.</summary>
    public Vector Fill(Vector recorded) => new((IReadOnlyDictionary<string, object?>)Fill(recorded.Record)!);

    object? Fill(object? value) => value switch
    {
        string text => Fill(text),
        IReadOnlyDictionary<string, object?> map => Fill(map),
        IReadOnlyList<object?> list => list.Select(Fill).ToList(),
        _ => value,
    };

    string Fill(string text)
    {
        foreach (var (from, to) in _places) text = text.Replace(from, to, StringComparison.Ordinal);
        return text;
    }

    OrderedDictionary<string, object?> Fill(IReadOnlyDictionary<string, object?> map)
    {
        var filled = new OrderedDictionary<string, object?>(map.Count, StringComparer.Ordinal);
        foreach (var (key, value) in map) filled[Fill(key)] = Fill(value);
        return filled;
    }

    /// <summary>Writes the files that were there before.</summary>
    public void LayOut(Vector step)
    {
        foreach (var (path, described) in step.MapOrEmpty("files"))
        {
            var file = new Vector((IReadOnlyDictionary<string, object?>)described!);
            if (!path.StartsWith(_path, StringComparison.Ordinal)) throw new InvalidDataException($"The recording wants a file outside of its directory: {path}");
            if (file["directory"] is true)
            {
                Directory.CreateDirectory(path);
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, file.Text("base64") is { } bytes ? Convert.FromBase64String(bytes) : Encoding.UTF8.GetBytes(file.Text("text") ?? ""));
        }
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
