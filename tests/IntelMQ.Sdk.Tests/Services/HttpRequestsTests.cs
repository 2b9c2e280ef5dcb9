using System.Net;
using System.Text;

namespace IntelMQ.Sdk.Tests;

public sealed class HttpRequestsTests
{
    const string Url = "https://example.com/lists/today.csv";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    sealed class Script(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = answer(request);
            response.RequestMessage = request;
            return Task.FromResult(response);
        }
    }

    static HttpClient Client(Func<HttpRequestMessage, HttpResponseMessage> answer) => new(new Script(answer));

    static HttpClient Client(byte[] body, string? mediaType = null, HttpStatusCode status = HttpStatusCode.OK) => Client(_ =>
    {
        var response = new HttpResponseMessage(status) { Content = new ByteArrayContent(body) };
        if (mediaType is not null) response.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        return response;
    });

    [Theory]
    [InlineData("text/plain; charset=iso-8859-1", new byte[] { 0xE4 }, "ä")]
    [InlineData("text/plain; charset=iso-8859-1", new byte[] { 0xC3, 0xA4 }, "ä")]
    [InlineData("text/plain; charset=\"windows-1252\"", new byte[] { 0x80 }, "€")]
    [InlineData("text/plain", new byte[] { 0xC3, 0xA4, 0xFF }, "ä")]
    [InlineData("text/plain; charset=nonsense", new byte[] { (byte)'a', 0xFF }, "a")]
    [InlineData("text/plain; charset=utf-16", new byte[] { 0xFF, 0xFE, 0xE4, 0x00 }, "ä")]
    public async Task A_body_is_text_in_utf8_or_else_in_the_encoding_that_the_server_names(string mediaType, byte[] body, string text)
    {
        using var client = Client(body, mediaType);
        Assert.Equal(text, (await client.GetAnswerAsync(Url, Token)).Text);
    }

    [Fact]
    public async Task An_answer_knows_its_file_name_and_its_json()
    {
        using var client = Client("""{"a": [1.0]}"""u8.ToArray());
        var answer = (await client.GetAnswerAsync(Url, Token)).Expect();
        Assert.Equal("today.csv", answer.FileName);
        Assert.Equal("[1.0]", JsonText.Write(answer.Json().Get("a")));
    }

    [Theory]
    [InlineData(404, false)]
    [InlineData(403, false)]
    [InlineData(301, false)]
    [InlineData(429, true)]
    [InlineData(500, true)]
    [InlineData(503, true)]
    public async Task What_is_no_success_is_waited_for_only_where_waiting_helps(int status, bool isTransient)
    {
        using var client = Client([], status: (HttpStatusCode)status);
        var answer = await client.GetAnswerAsync(Url, Token);
        var error = Assert.ThrowsAny<Exception>(answer.Expect);
        Assert.Equal(isTransient, error is TransientException);
        Assert.Contains(status.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_waited_for()
    {
        using var client = Client(_ => throw new HttpRequestException("refused"));
        await Assert.ThrowsAsync<TransientException>(() => client.GetAnswerAsync(Url, Token));
        await Assert.ThrowsAsync<TransientException>(() => client.PostJsonAsync(Url, "{}", Token));
        await Assert.ThrowsAsync<TransientException>(async () => await client.ReadLinesAsync(Url, Token).ToListAsync(Token));
    }

    [Fact]
    public async Task A_text_that_is_no_url_is_an_error_of_the_configuration()
    {
        using var client = Client([]);
        await Assert.ThrowsAsync<ConfigurationException>(() => client.GetAnswerAsync("ftp://example.com/", Token));
    }

    [Fact]
    public async Task The_lines_of_an_answer_come_one_by_one_without_the_empty_ones()
    {
        using var client = Client(Encoding.UTF8.GetBytes("one\r\n\r\ntwo\n\n\nthree"));
        Assert.Equal(["one", "two", "three"], await client.ReadLinesAsync(Url, Token).Select(Encoding.UTF8.GetString).ToListAsync(Token));
    }
}
