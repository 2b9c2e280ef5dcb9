using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace IntelMQ.Extensions;

/// <summary>
/// A NuGet v3 feed, of which only <c>PackageBaseAddress/3.0.0</c> is needed: any web server with these files serves.
/// Credentials go to the server of the index alone, also when the index points elsewhere.
/// </summary>
internal sealed class HttpFeed(PackageSource source, HttpClient http) : PackageFeed(source)
{
    const int MaximumJsonBytes = 16 << 20;

    readonly Uri _index = source.Url!;
    Uri? _packages;

    public override async Task<IReadOnlyList<SemanticVersion>> VersionsAsync(string? id, CancellationToken cancellationToken)
    {
        var lower = Lower(id);
        var url = new Uri(await PackagesAsync(cancellationToken), $"{lower}/index.json");
        if (await GetJsonAsync(url, cancellationToken) is not { } bytes) return [];
        var texts = StrictJson.Read(url.AbsoluteUri, bytes, root => root.TextList("versions", required: true));
        var versions = new List<SemanticVersion>();
        foreach (var text in texts)
        {
            // Versions of four numbers are NuGet's, not SemVer's: extension packages have none.
            if (SemanticVersion.TryParse(text, out var version)) versions.Add(version);
        }

        return versions;
    }

    public override async Task<string> FetchAsync(string? id, SemanticVersion version, Stream target, Action<long, long?> copied, CancellationToken cancellationToken)
    {
        var (name, number) = (Lower(id), version.ToString().ToLowerInvariant());
        var url = new Uri(await PackagesAsync(cancellationToken), $"{name}/{number}/{name}.{number}.nupkg");
        using var response = await SendAsync(url, cancellationToken) ?? throw new ExtensionException($"{url}: the feed lists this version but does not have it");
        try
        {
            await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
            await CopyAsync(content, target, response.Content.Headers.ContentLength, copied, cancellationToken);
            return url.AbsoluteUri;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ExtensionException($"{url}: the download broke off: {e.Message}", e);
        }
    }

    string Lower(string? id) => id is null ? throw new ExtensionException($"'{Source}' is a feed: which package of it?") : Uri.EscapeDataString(id.ToLowerInvariant());

    async Task<Uri> PackagesAsync(CancellationToken cancellationToken)
    {
        if (_packages is not null) return _packages;
        var bytes = await GetJsonAsync(_index, cancellationToken) ?? throw new ExtensionException($"{Source}: there is no feed (404)");
        var address = StrictJson.Read(Source.Location, bytes, root => root.ObjectList("resources", required: true)
            .Where(resource => resource.OptionalText("@type") == "PackageBaseAddress/3.0.0")
            .Select(resource => resource.OptionalText("@id"))
            .FirstOrDefault());
        if (!Uri.TryCreate(_index, address?.TrimEnd('/') + "/", out var url) || address is null || url.Scheme is not ("http" or "https"))
        {
            throw new ExtensionException($"{Source} is no NuGet v3 feed with a PackageBaseAddress/3.0.0");
        }

        if (_index.Scheme == Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttps) throw new ExtensionException($"{Source} points to packages without https: {url}");
        return _packages = url;
    }

    async Task<ReadOnlyMemory<byte>?> GetJsonAsync(Uri url, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(url, cancellationToken);
        if (response is null) return null;
        using var buffer = new MemoryStream();
        try
        {
            await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
            var chunk = new byte[16384];
            for (int read; (read = await content.ReadAsync(chunk, cancellationToken)) > 0;)
            {
                if (buffer.Length + read > MaximumJsonBytes) throw new ExtensionException($"{url}: the answer is larger than {MaximumJsonBytes >> 20} MiB");
                await buffer.WriteAsync(chunk.AsMemory(0, read), cancellationToken);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ExtensionException($"{url}: the answer broke off: {e.Message}", e);
        }

        return buffer.ToArray();
    }

    /// <summary>The response, or null when there is no such file.</summary>
    async Task<HttpResponseMessage?> SendAsync(Uri url, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        var login = IsSameServer(url) ? Source.FindLogin() : null;
        if (login is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new ExtensionException($"{url}: {e.Message}", e);
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ExtensionException($"{url}: no answer in time", e);
        }

        if (response.IsSuccessStatusCode) return response;
        using (response)
        {
            return response.StatusCode switch
            {
                HttpStatusCode.NotFound => null,
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => throw new ExtensionException($"{url}: the server {(login is null ? "asks for a user name and a password" : "does not accept the user name and password")}"),
                _ => throw new ExtensionException($"{url}: the server answers {(int)response.StatusCode} {response.ReasonPhrase}"),
            };
        }
    }

    bool IsSameServer(Uri url) => (url.Scheme, url.Host, url.Port) == (_index.Scheme, _index.Host, _index.Port);
}
