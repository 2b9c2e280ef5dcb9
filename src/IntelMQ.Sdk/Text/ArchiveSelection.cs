namespace IntelMQ.Sdk;

/// <summary>What a collector takes out of archives, as the parameter <c>extract_files</c> (or one with its meaning) says: nothing, all files, or those named.</summary>
public sealed record ArchiveSelection
{
    /// <summary>Whether data are taken for archives at all.</summary>
    public bool IsWanted { get; private init; }

    /// <summary>The files to take; null means all.</summary>
    public IReadOnlySet<string>? Names { get; private init; }

    /// <summary>Reads the parameter: true, false, a list of names, or names in one text with commas.</summary>
    public static ArchiveSelection From(FieldValue parameter)
    {
        if (parameter.TryGetBoolean(out var all)) return new ArchiveSelection { IsWanted = all };
        var names = parameter.List is { } list ? list.Select(item => PythonValues.ToText(FieldValue.From(item)))
            : parameter.Text is { Length: > 0 } text ? text.Split(',')
            : null;
        return names is null ? new ArchiveSelection() : new ArchiveSelection { IsWanted = true, Names = names.ToHashSet(StringComparer.Ordinal) };
    }

    /// <summary>The files of an archive; the data themselves, without a name, when archives are not wanted.</summary>
    /// <exception cref="InvalidDataException">Archives are wanted, but this is none, it is broken, or it holds none of the files.</exception>
    public IReadOnlyList<ArchiveMember> Extract(ReadOnlyMemory<byte> data) =>
        IsWanted ? Archives.Extract(data, Names) : [new ArchiveMember(null, data.ToArray())];
}
