using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IntelMQ.Bots.Tests.Collectors;

/// <summary>
/// A Mosquitto server on a port of the loopback interface, with TLS and certificates of clients, as brokers of the Data Exchange Layer (which are
/// modified ones of it) have them; and the configuration file of a client.
/// </summary>
sealed class MosquittoServer : IAsyncDisposable
{
    readonly TemporaryFolder _folder;
    readonly Process _process;

    MosquittoServer(Process process, TemporaryFolder folder, int port) => (_process, _folder, Port) = (process, folder, port);

    static string? Program { get; } = new[] { "/usr/sbin/mosquitto", "/usr/bin/mosquitto" }.FirstOrDefault(File.Exists);

    /// <summary>Why no server can be started here; null when one can. CI installs one, so that a missing one is an error there.</summary>
    public static string? Missing { get; } = Program is null && Environment.GetEnvironmentVariable("CI") != "true" ? "Mosquitto is not installed (Debian: apt-get install mosquitto)." : null;

    public int Port { get; }

    public string ConfigurationFile => _folder.In("dxlclient.config");

    public static async Task<MosquittoServer> StartAsync(CancellationToken cancellationToken)
    {
        var (folder, port) = (new TemporaryFolder(), LoopbackPort.Free());
        WriteCertificates(folder);
        folder.Write("dxlclient.config", $"[Certs]\nBrokerCertChain=ca.pem\nCertFile=client.pem\nPrivateKey=client.key\n\n[Brokers]\n{{b}}={{b}};{port};no-such-host.invalid;127.0.0.1\n");
        var configuration = folder.Write("mosquitto.conf", $"""
            listener {port} 127.0.0.1
            cafile {folder.In("ca.pem")}
            certfile {folder.In("server.pem")}
            keyfile {folder.In("server.key")}
            require_certificate true
            allow_anonymous true
            user {Environment.UserName}
            """);
        var process = new Process { StartInfo = new(Program ?? throw new InvalidOperationException("Mosquitto is not installed."), ["-c", configuration]) { RedirectStandardError = true } };
        var listening = WhenListening(process);
        process.Start();
        process.BeginErrorReadLine();
        await listening.WaitAsync(cancellationToken);
        return new MosquittoServer(process, folder, port);
    }

    /// <summary>It says when it listens: "mosquitto version … running".</summary>
    static Task WhenListening(Process process)
    {
        var (listening, said) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new List<string>());
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null) listening.TrySetException(new InvalidOperationException($"Mosquitto has ended: {string.Join('\n', said)}"));
            else said.Add(line.Data);
            if (line.Data?.EndsWith(" running", StringComparison.Ordinal) ?? false) listening.TrySetResult();
        };
        return listening.Task;
    }

    static void WriteCertificates(TemporaryFolder folder)
    {
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Fabric", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(from, to);
        folder.Write("ca.pem", authority.ExportCertificatePem());
        byte serial = 1;
        foreach (var name in new[] { "server", "client" })
        {
            using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var certificate = new CertificateRequest($"CN={name}", own, HashAlgorithmName.SHA256).Create(authority, from, to, [serial++]);
            folder.Write($"{name}.pem", certificate.ExportCertificatePem());
            folder.Write($"{name}.key", own.ExportPkcs8PrivateKeyPem());
        }
    }

    /// <summary>Ends the server, as if it had crashed.</summary>
    public async Task StopAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
        _folder.Dispose();
    }
}
