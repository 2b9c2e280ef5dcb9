namespace IntelMQ.Bots.Experts.MaxmindGeoip.DatabaseFormat;

/// <summary>
/// A database in the MaxMind DB file format, version 2.0 (https://maxmind.github.io/MaxMind-DB/): a binary tree of the bits of
/// addresses, whose leaves tell where in the section behind it the record of a network stands.
/// </summary>
sealed class MmdbDatabase : IDisposable
{
    /// <summary>Zeros between the tree and the records.</summary>
    const int Separator = 16;

    // IPv4 addresses stand below ::/96 in a tree of IPv6.
    const int BitsBeforeIpv4 = 96;

    readonly MmdbFile _file;
    readonly MmdbMetadata _metadata;
    readonly MmdbSection _records;
    readonly long _recordsStart;
    readonly uint _ipv4Start;

    MmdbDatabase(MmdbFile file)
    {
        _file = file;
        _metadata = MmdbMetadata.Read(file, out var metadataStart);
        _recordsStart = _metadata.TreeBytes + Separator;
        if (_recordsStart > metadataStart) throw new InvalidDataException($"Its tree of {_metadata.NodeCount} nodes is larger than the file.");
        _records = new(file, _recordsStart, metadataStart);
        if (_metadata.IpVersion == 6)
            for (var i = 0; i < BitsBeforeIpv4 && _ipv4Start < _metadata.NodeCount; i++) _ipv4Start = Next(_ipv4Start, right: false);
    }

    /// <summary>Opens a file; nothing but its metadata is read.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not read it.</exception>
    /// <exception cref="InvalidDataException">It is no such database.</exception>
    public static MmdbDatabase Open(string path)
    {
        var file = new MmdbFile(path);
        try
        {
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>What it says it is, such as <c>GeoLite2-City</c>.</summary>
    public string Type => _metadata.DatabaseType;

    /// <inheritdoc cref="MmdbFile.IsOverwritten"/>
    public bool IsOverwritten => _file.IsOverwritten;

    /// <summary>Looks up the record of the smallest network around an address.</summary>
    /// <returns>Null when there is none, and for an IPv6 address in a database of IPv4.</returns>
    /// <exception cref="InvalidDataException">The database is broken.</exception>
    public MmdbRecord? Find(string address)
    {
        if (!IpText.TryParse(address, out var number, out var version) || version > _metadata.IpVersion) return null;
        var node = version == 4 ? _ipv4Start : 0;
        for (var bit = version == 4 ? 31 : 127; bit >= 0 && node < _metadata.NodeCount; bit--) node = Next(node, right: (number >> bit & 1) != 0);
        if (node == _metadata.NodeCount) return null;
        // What is larger than the number of nodes counts from the end of the tree, before the separator.
        var at = _metadata.TreeBytes + node - _metadata.NodeCount;
        return node > _metadata.NodeCount && _records.Contains(at) ? new MmdbRecord(_records, at) : throw MmdbFile.Broken(at, "the tree leads to what is no record");
    }

    /// <summary>One of the two records of a node: another node, no record (the number of nodes), or the place of one.</summary>
    uint Next(uint node, bool right)
    {
        Span<byte> bytes = stackalloc byte[_metadata.NodeBytes];
        _file.Read((long)node * bytes.Length, bytes);
        return bytes.Length switch
        {
            6 => right ? Number(bytes[3..]) : Number(bytes[..3]),
            // The byte between both has the highest bits of each.
            7 => right ? (bytes[3] & 0x0Fu) << 24 | Number(bytes[4..]) : (bytes[3] & 0xF0u) << 20 | Number(bytes[..3]),
            _ => right ? Number(bytes[4..]) : Number(bytes[..4]),
        };
    }

    static uint Number(ReadOnlySpan<byte> bytes)
    {
        var number = 0u;
        foreach (var one in bytes) number = number << 8 | one;
        return number;
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>What a database says about a network.</summary>
readonly record struct MmdbRecord(MmdbSection Section, long At)
{
    /// <summary>The value below keys of nested maps; none where one is not there.</summary>
    /// <param name="path">The keys as UTF-8; without any, the whole record.</param>
    /// <exception cref="InvalidDataException">The database is broken.</exception>
    public FieldValue Get(params ReadOnlySpan<byte[]> path)
    {
        var at = At;
        foreach (var key in path)
        {
            if (Section.Find(at, key) is not { } place) return FieldValue.None;
            at = place;
        }

        return Section.Decode(at);
    }
}
