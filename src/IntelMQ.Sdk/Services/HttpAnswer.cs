using System.Net;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>What a server has answered, read as a whole.</summary>
public sealed class HttpAnswer
{
    readonly TimeSpan? _retryAfter;

    internal HttpAnswer(HttpResponseMessage response, byte[] content, string url)
    {
        Url = url;
        Status = (int)response.StatusCode;
        Reason = response.ReasonPhrase ?? "";
        Content = content;
        Charset = response.Content.Headers.ContentType?.CharSet?.Trim('"', ' ');
        FileName = FileNames.FromResponse(response);
        _retryAfter = response.Headers.RetryAfter?.Delta;
    }

    /// <summary>What was asked for.</summary>
    public string Url { get; }

    /// <summary>The status, 200 when all is well.</summary>
    public int Status { get; }

    /// <summary>The text beside the status, such as <c>Not Found</c>.</summary>
    public string Reason { get; }

    /// <summary>The body as it came; compression is undone.</summary>
    public byte[] Content { get; }

    /// <summary>The encoding that the server names; null when it names none.</summary>
    public string? Charset { get; }

    /// <summary>What the server calls the file, else what stands behind the last slash of the URL.</summary>
    public string FileName { get; }

    /// <summary>Whether the status is one of success (200 to 299).</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The body as text: in UTF-8 if it is that, else in the encoding that the server names; what is neither is left out.</summary>
    public string Text => Utf8Text.DecodeLenient(Utf8());

    /// <summary>The body in UTF-8, as parsers expect it in a report. Servers declare ISO-8859-1 by default, also for what is UTF-8, so UTF-8 comes first.</summary>
    public byte[] Utf8() =>
        string.IsNullOrEmpty(Charset) || System.Text.Unicode.Utf8.IsValid(Content) || !EncodedText.IsKnown(Charset) ? Content
        : Encoding.UTF8.GetBytes(EncodedText.Decode(Content, [Charset], force: true));

    /// <summary>The body as JSON.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public JsonRow Json()
    {
        try
        {
            return new JsonRow(JsonText.Parse(Content));
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"'{Url}' has answered with what is no JSON: {e.Message}", e);
        }
    }

    /// <summary>The answer itself, if it is one of success.</summary>
    /// <exception cref="TransientException">The server is out of order or asked too often (status 408, 425, 429, 500 and above): the host waits.</exception>
    /// <exception cref="HttpRequestException">Any other status: waiting does not help, the host tries as often as configured.</exception>
    public HttpAnswer Expect()
    {
        if (IsSuccess) return this;
        var problem = $"The server answered '{Url}' with the status {Status} {Reason}.";
        throw Status is 408 or 425 or 429 or >= 500
            ? new TransientException(problem, _retryAfter)
            : new HttpRequestException(problem, null, (HttpStatusCode)Status);
    }
}

/// <summary>Requests as bots make them: whatever keeps a server from answering is a <see cref="TransientException"/>.</summary>
public static class HttpRequests
{
    /// <summary>Gets a URL, whatever the status of the answer; <see cref="HttpAnswer.Expect"/> insists on success.</summary>
    /// <exception cref="TransientException">The server cannot be reached or does not answer in time.</exception>
    /// <exception cref="ConfigurationException">The text is no URL with http or https.</exception>
    public static async Task<HttpAnswer> GetAnswerAsync(this HttpClient client, string url, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Parse(url));
        return await client.AskAsync(request, cancellationToken);
    }

    /// <summary>Sends JSON, as POST, and reads the answer.</summary>
    /// <inheritdoc cref="GetAnswerAsync"/>
    public static async Task<HttpAnswer> PostJsonAsync(this HttpClient client, string url, string json, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Parse(url)) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        return await client.AskAsync(request, cancellationToken);
    }

    /// <summary>Sends a request with headers or content of its own, and reads the answer, whatever its status.</summary>
    /// <inheritdoc cref="GetAnswerAsync" path="/exception[1]"/>
    public static async Task<HttpAnswer> AskAsync(this HttpClient client, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var url = request.RequestUri!.OriginalString;
        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
            return new HttpAnswer(response, await response.Content.ReadAsByteArrayAsync(cancellationToken), url);
        }
        catch (Exception e) when (IsTransient(e, cancellationToken))
        {
            throw NoAnswer(url, e);
        }
    }

    /// <summary>
    /// Gets a URL whose answer goes on and on, and yields its lines (ended by LF or CRLF) as they come, without the empty
    /// ones with which servers keep a connection alive. It ends when the server ends the answer.
    /// </summary>
    /// <exception cref="TransientException">The server cannot be reached, or the connection breaks.</exception>
    /// <exception cref="HttpRequestException">The status is none of success.</exception>
    /// <exception cref="InvalidDataException">A line is longer than 64 MiB.</exception>
    public static async IAsyncEnumerable<byte[]> ReadLinesAsync(this HttpClient client, string url, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(client, url, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var reader = System.IO.Pipelines.PipeReader.Create(body);
        await using var lines = LinesOf(reader, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await lines.MoveNextAsync()) yield break;
            }
            catch (Exception e) when (IsTransient(e, cancellationToken))
            {
                throw new TransientException($"The connection to '{url}' broke: {e.Message}", inner: e);
            }

            yield return lines.Current;
        }
    }

    static async Task<HttpResponseMessage> OpenAsync(HttpClient client, string url, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await client.GetAsync(Parse(url), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (Exception e) when (IsTransient(e, cancellationToken))
        {
            throw NoAnswer(url, e);
        }

        if (response.IsSuccessStatusCode) return response;
        using (response) new HttpAnswer(response, [], url).Expect();
        return response;
    }

    /// <summary>A server that sends no line end must not fill the memory.</summary>
    const int MostLineBytes = 64 * 1024 * 1024;

    static async IAsyncEnumerable<byte[]> LinesOf(System.IO.Pipelines.PipeReader reader, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            while (System.Buffers.BuffersExtensions.PositionOf(buffer, (byte)'\n') is { } end)
            {
                if (Line(buffer.Slice(0, end)) is { Length: > 0 } line) yield return line;
                buffer = buffer.Slice(buffer.GetPosition(1, end));
            }

            if (read.IsCompleted)
            {
                if (Line(buffer) is { Length: > 0 } last) yield return last;
                yield break;
            }

            if (buffer.Length > MostLineBytes) throw new InvalidDataException($"The server sends a line of more than {MostLineBytes} bytes.");
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    static byte[] Line(in System.Buffers.ReadOnlySequence<byte> bytes)
    {
        var line = System.Buffers.BuffersExtensions.ToArray(bytes);
        return line is [.. var text, (byte)'\r'] ? text : line;
    }

    static bool IsTransient(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException { StatusCode: null } or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    static TransientException NoAnswer(string url, Exception e) =>
        new(e is OperationCanceledException ? $"'{url}' did not answer in time." : $"'{url}' cannot be reached: {e.Message}", inner: e);

    static Uri Parse(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new ConfigurationException($"'{url}' is no URL; expected one with http:// or https://.");
}
