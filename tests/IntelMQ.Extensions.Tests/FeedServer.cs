using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IntelMQ.Extensions.Tests;

/// <summary>A NuGet v3 feed on the loopback interface: static files made from a folder of packages.</summary>
internal sealed class FeedServer : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    readonly Task _serving;

    public FeedServer()
    {
        _listener.Start();
        Base = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _files["/v3/index.json"] = Encoding.UTF8.GetBytes($$"""
            { "version": "3.0.0", "resources": [ { "@id": "{{Base}}/search", "@type": "SearchQueryService" }, { "@id": "{{Base}}/flat", "@type": "PackageBaseAddress/3.0.0" } ] }
            """);
        _serving = ServeAsync();
    }

    /// <summary><c>http://127.0.0.1:port</c>.</summary>
    public string Base { get; }

    public string Index => $"{Base}/v3/index.json";

    /// <summary>The credentials it asks for, or null.</summary>
    public string? Login { get; set; }

    /// <summary>What was asked for, and with which authorization.</summary>
    public List<(string Path, string? Authorization)> Requests { get; } = [];

    public void Answer(string path, byte[] content)
    {
        lock (_files) _files[path] = content;
    }

    public void Add(string nupkg)
    {
        var name = System.IO.Path.GetFileNameWithoutExtension(nupkg);
        var digit = name.Split('.').TakeWhile(part => !char.IsAsciiDigit(part[0])).Sum(part => part.Length + 1);
        var (id, version) = (name[..(digit - 1)].ToLowerInvariant(), name[digit..].ToLowerInvariant());
        Answer($"/flat/{id}/{version}/{id}.{version}.nupkg", File.ReadAllBytes(nupkg));
        lock (_files)
        {
            var versions = _files.Keys.Where(path => path.StartsWith($"/flat/{id}/", StringComparison.Ordinal) && path.EndsWith(".nupkg", StringComparison.Ordinal)).Select(path => path.Split('/')[3]);
            _files[$"/flat/{id}/index.json"] = Encoding.UTF8.GetBytes($"{{ \"versions\": [{string.Join(", ", versions.Select(v => $"\"{v}\""))}, \"1.0.0.4\"] }}");
        }
    }

    async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await AnswerAsync(client.GetStream());
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    async Task AnswerAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var path = (await reader.ReadLineAsync(_stop.Token))?.Split(' ')[1] ?? "";
        string? authorization = null;
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
        {
            if (header.StartsWith("Authorization: Basic ", StringComparison.OrdinalIgnoreCase)) authorization = Encoding.UTF8.GetString(Convert.FromBase64String(header[21..]));
        }

        byte[]? content;
        lock (_files)
        {
            Requests.Add((path, authorization));
            _files.TryGetValue(path, out content);
        }

        var status = Login is not null && authorization != Login ? "401 Unauthorized" : content is null ? "404 Not Found" : "200 OK";
        if (status != "200 OK") content = [];
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {content!.Length}\r\nConnection: close\r\n\r\n"), _stop.Token);
        await stream.WriteAsync(content, _stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_serving.IsCompleted) return;
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }
}
