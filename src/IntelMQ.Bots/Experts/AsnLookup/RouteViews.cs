using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Experts.AsnLookup;

/// <summary>The archive of routing tables of University of Oregon Route Views.</summary>
sealed partial class RouteViews(HttpClient client, IBotLog log)
{
    const string Archive = "http://archive.routeviews.org/route-views4/bgpdata/";
    const int MonthsTried = 2;

    static readonly ArchiveLimits Limits = new() { MostBytes = 8L << 30 };

    /// <summary>The newest table, in the form of <see cref="RouteFile"/>.</summary>
    /// <exception cref="InvalidDataException">The archive has no table, or one in another form.</exception>
    public async Task<byte[]> DownloadAsync(CancellationToken cancellationToken)
    {
        var url = await NewestAsync(cancellationToken);
        log.Info($"Downloading '{url}'.");
        var packed = (await client.GetAnswerAsync(url, cancellationToken)).Expect().Content;

        // More than a gigabyte, so on disk.
        await using var table = new FileStream(
            Path.Combine(Path.GetTempPath(), $"intelmq-{Guid.NewGuid():N}.mrt"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 20, FileOptions.DeleteOnClose);
        await Task.Run(() => Archives.UnpackBzip2(packed, table, Limits), cancellationToken);
        table.Position = 0;
        return await Task.Run(() => RouteFile.Write(MrtReader.Routes(table), url), cancellationToken);
    }

    async Task<string> NewestAsync(CancellationToken cancellationToken)
    {
        // The folder of the next month appears before there is a table in it.
        foreach (var month in (await NamesAsync(Archive, Month, cancellationToken)).TakeLast(MonthsTried).Reverse())
        {
            var folder = $"{Archive}{month}/RIBS/";
            if (await NamesAsync(folder, Table, cancellationToken) is [.., var table]) return folder + table;
        }

        throw new InvalidDataException($"'{Archive}' has no routing tables 'rib.….bz2' in the folders of its last {MonthsTried} months.");
    }

    async Task<IReadOnlyList<string>> NamesAsync(string folder, Regex pattern, CancellationToken cancellationToken)
    {
        var listing = (await client.GetAnswerAsync(folder, cancellationToken)).Expect().Text;
        return [.. pattern.Matches(listing).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"href=""(\d{4}\.\d{2})/""", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Month { get; }

    [GeneratedRegex(@"href=""(rib\.\d{8}\.\d{4}\.bz2)""", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Table { get; }
}
