using System.Text;

namespace IntelMQ.Control.Logs;

/// <summary>Shows what is added to a log file.</summary>
static class LogFollower
{
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    /// <param name="file">The log file, which need not exist yet.</param>
    /// <param name="from">Bytes to leave out at its beginning.</param>
    /// <param name="show">Takes each line.</param>
    /// <param name="cancellationToken">Ends it; there is no other end.</param>
    public static async Task FollowAsync(string file, long from, Action<string> show, CancellationToken cancellationToken)
    {
        var rest = "";
        while (true)
        {
            if (File.Exists(file))
            {
                await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                // A file that has become shorter was rotated.
                stream.Position = stream.Length < from ? 0 : from;
                using var reader = new StreamReader(stream, Encoding.UTF8);
                var lines = (rest + await reader.ReadToEndAsync(cancellationToken)).Split('\n');
                from = stream.Position;
                foreach (var line in lines[..^1]) show(line);
                rest = lines[^1];
            }

            await Task.Delay(LookInterval, cancellationToken);
        }
    }
}
