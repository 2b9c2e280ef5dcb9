namespace IntelMQ.Bots.Experts.MaxmindGeoip.DatabaseFormat;

/// <summary>What stands at the end of a database about its form.</summary>
sealed record MmdbMetadata
{
    const int MostBytes = 128 * 1024;
    const int Version = 2;

    static ReadOnlySpan<byte> Marker => [0xAB, 0xCD, 0xEF, (byte)'M', (byte)'a', (byte)'x', (byte)'M', (byte)'i', (byte)'n', (byte)'d', (byte)'.', (byte)'c', (byte)'o', (byte)'m'];

    public required uint NodeCount { get; init; }

    /// <summary>Bytes of a node, which has two records.</summary>
    public required int NodeBytes { get; init; }

    public required int IpVersion { get; init; }

    public required string DatabaseType { get; init; }

    public long TreeBytes => (long)NodeCount * NodeBytes;

    /// <summary>Reads the metadata.</summary>
    /// <param name="file">The database.</param>
    /// <param name="start">Where they begin and all else ends.</param>
    /// <exception cref="InvalidDataException">There are none, or they tell of a form that is not supported.</exception>
    public static MmdbMetadata Read(MmdbFile file, out long start)
    {
        var tail = new byte[Math.Min(file.Length, MostBytes)];
        file.Read(file.Length - tail.Length, tail);
        // The last one counts: records may have the marker in them.
        var marker = tail.AsSpan().LastIndexOf(Marker);
        if (marker < 0) throw new InvalidDataException("It is no MaxMind DB: the marker of the metadata is not at its end.");
        start = file.Length - tail.Length + marker;
        var section = new MmdbSection(file, start + Marker.Length, file.Length);
        if (section.Decode(start + Marker.Length).Map is not { } map) throw new InvalidDataException("Its metadata are no map.");

        Expect(map, "binary_format_major_version", static version => version == Version, "2");
        return new()
        {
            NodeCount = (uint)Expect(map, "node_count", static count => count is >= 0 and <= uint.MaxValue, "a number of 32 bits"),
            NodeBytes = (int)Expect(map, "record_size", static size => size is 24 or 28 or 32, "24, 28 or 32") / 4,
            IpVersion = (int)Expect(map, "ip_version", static version => version is 4 or 6, "4 or 6"),
            DatabaseType = map.GetValueOrDefault("database_type") as string ?? "",
        };
    }

    static long Expect(IReadOnlyDictionary<string, object?> map, string name, Func<long, bool> isExpected, string expected)
    {
        var value = FieldValue.From(map.GetValueOrDefault(name));
        return value.TryGetInteger(out var number) && isExpected(number) ? number : throw new InvalidDataException($"{name} in its metadata is '{value}'; expected {expected}.");
    }
}
