using System.Diagnostics;
using Npgsql;

namespace IntelMQ.Bots.Tests.Outputs;

/// <summary>A PostgreSQL server on a Unix socket in a temporary directory, run as the user <c>postgres</c> where the tests run as root.</summary>
sealed class PostgresServer : IAsyncDisposable
{
    readonly string _connection;

    PostgresServer(string directory)
    {
        Directory = directory;
        _connection = new NpgsqlConnectionStringBuilder { Host = directory, Username = "postgres", Database = "postgres", Pooling = false }.ConnectionString;
    }

    static string? Programs { get; } = System.IO.Directory.Exists("/usr/lib/postgresql")
        ? System.IO.Directory.GetDirectories("/usr/lib/postgresql").Select(static version => Path.Combine(version, "bin")).Order().LastOrDefault(static bin => File.Exists(Path.Combine(bin, "initdb")))
        : null;

    /// <summary>Why no server can be started here; null when one can. CI installs one, so that a missing one is an error there.</summary>
    public static string? Missing { get; } = Programs is null && Environment.GetEnvironmentVariable("CI") != "true" ? "PostgreSQL is not installed (Debian: apt-get install postgresql)." : null;

    public string Directory { get; }

    string Data => Path.Combine(Directory, "data");

    public static async Task<PostgresServer> StartAsync(CancellationToken cancellationToken)
    {
        var server = new PostgresServer(System.IO.Directory.CreateTempSubdirectory("imq-pg-").FullName);
        if (Environment.UserName == "root") await RunAsync("chown", ["postgres", server.Directory], cancellationToken);
        await server.ProgramAsync("initdb", ["-D", server.Data, "-U", "postgres", "-A", "trust", "--no-sync"], cancellationToken);
        await server.ProgramAsync("pg_ctl", ["-D", server.Data, "-w", "-l", Path.Combine(server.Directory, "log"), "-o", $"-k {server.Directory} -c listen_addresses= -c fsync=off -c timezone=UTC", "start"], cancellationToken);
        return server;
    }

    Task ProgramAsync(string name, string[] arguments, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Programs ?? throw new InvalidOperationException("PostgreSQL is not installed."), name);
        return Environment.UserName == "root"
            ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments], cancellationToken)
            : RunAsync(path, arguments, cancellationToken);
    }

    static async Task RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        // The server that pg_ctl leaves running would hold pipes open.
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} has ended with {process.ExitCode}.");
    }

    /// <returns>The first value of the first row as text.</returns>
    public async Task<string?> ExecuteAsync(string statement, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync(cancellationToken);
#pragma warning disable CA2100 // The statements of a test.
        await using var command = new NpgsqlCommand(statement, connection);
#pragma warning restore CA2100
        return (await command.ExecuteScalarAsync(cancellationToken))?.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await ProgramAsync("pg_ctl", ["-D", Data, "-m", "immediate", "stop"], CancellationToken.None);
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
