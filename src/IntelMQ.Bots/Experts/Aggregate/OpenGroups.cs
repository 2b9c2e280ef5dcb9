using System.Globalization;

namespace IntelMQ.Bots.Experts.Aggregate;

/// <summary>
/// Which groups there are, in the order in which they have begun: a cache can only be asked for what one knows. The file may
/// name groups that are closed already; they are found out when their time comes.
/// </summary>
sealed class OpenGroups : IDisposable
{
    const int MostClosedInFile = 10_000;

    readonly string _path;
    readonly LinkedList<(string Key, string Begun)> _groups = new();
    StreamWriter _file;
    int _closedInFile;

    OpenGroups(string path)
    {
        _path = path;
        if (File.Exists(path)) Read();
        _file = Rewrite();
    }

    public static OpenGroups Load(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new OpenGroups(path);
    }

    void Read()
    {
        foreach (var line in File.ReadLines(_path))
            if (line.Split(' ') is [var begun, var key])
                _groups.AddLast((key, begun));
    }

    public void Add(string key, string begun)
    {
        _groups.AddLast((key, begun));
        _file.WriteLine($"{begun} {key}");
        // A crash of the process loses nothing then.
        _file.Flush();
    }

    /// <summary>The groups that have begun before a point in time; any of them may be removed meanwhile.</summary>
    public IEnumerable<(string Key, string Begun)> Before(DateTimeOffset time)
    {
        var limit = time.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffff+00:00", CultureInfo.InvariantCulture);
        var next = _groups.First;
        while (next is { } group && string.CompareOrdinal(group.Value.Begun, limit) < 0)
        {
            next = group.Next;
            yield return group.Value;
        }
    }

    public void Remove(string key, string begun)
    {
        if (_groups.Remove((key, begun))) _closedInFile++;
    }

    /// <summary>Writes the file anew when it is mostly about closed groups.</summary>
    public void Tidy()
    {
        if (_closedInFile < MostClosedInFile || _closedInFile < _groups.Count) return;
        _file.Dispose();
        _file = Rewrite();
    }

    StreamWriter Rewrite()
    {
        var fresh = $"{_path}.new";
        using (var to = new StreamWriter(fresh))
            foreach (var (key, begun) in _groups)
                to.WriteLine($"{begun} {key}");
        File.Move(fresh, _path, overwrite: true);
        _closedInFile = 0;
        return new StreamWriter(_path, append: true);
    }

    public void Dispose() => _file.Dispose();
}
