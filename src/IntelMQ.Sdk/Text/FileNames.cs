namespace IntelMQ.Sdk;

/// <summary>Names of files that come from elsewhere.</summary>
public static class FileNames
{
    /// <summary>
    /// The name of a downloaded file as the original has it: what the server says behind <c>filename=</c>, quotes
    /// included, else what stands behind the last slash of the URL.
    /// </summary>
    public static string FromResponse(HttpResponseMessage response)
    {
        var headers = response.Content.Headers.NonValidated;
        var disposition = headers.TryGetValues("Content-Disposition", out var values) ? string.Join(", ", values) : null;
        return Of(disposition, response.RequestMessage?.RequestUri?.OriginalString ?? "");
    }

    internal static string Of(string? disposition, string url)
    {
        const string Before = "filename=";
        var at = disposition?.IndexOf(Before, StringComparison.Ordinal) ?? -1;
        return at >= 0 ? disposition![(at + Before.Length)..] : url[(url.LastIndexOf('/') + 1)..];
    }
}
