using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace IntelMQ.Bots.Collectors.Twitter;

/// <summary>Signs requests with the keys of an application and of a user (OAuth 1.0, RFC 5849, HMAC-SHA1).</summary>
sealed class OAuthSigner(string consumerKey, string consumerSecret, string token, string tokenSecret, TimeProvider time)
{
    /// <summary>The header <c>Authorization</c> of a GET request.</summary>
    /// <param name="url">The URL without its query.</param>
    /// <param name="query">The parameters of the query.</param>
    /// <param name="nonce">A text that is never used twice.</param>
    public string Sign(string url, IEnumerable<KeyValuePair<string, string>> query, string nonce)
    {
        Dictionary<string, string> own = new()
        {
            ["oauth_consumer_key"] = consumerKey,
            ["oauth_nonce"] = nonce,
            ["oauth_signature_method"] = "HMAC-SHA1",
            ["oauth_timestamp"] = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["oauth_token"] = token,
            ["oauth_version"] = "1.0",
        };
        var parameters = own.Concat(query).Select(static pair => $"{Escape(pair.Key)}={Escape(pair.Value)}").Order(StringComparer.Ordinal);
        var text = $"GET&{Escape(url)}&{Escape(string.Join('&', parameters))}";
#pragma warning disable CA5350 // The protocol says SHA-1.
        var signature = HMACSHA1.HashData(Encoding.ASCII.GetBytes($"{Escape(consumerSecret)}&{Escape(tokenSecret)}"), Encoding.ASCII.GetBytes(text));
#pragma warning restore CA5350
        own["oauth_signature"] = Convert.ToBase64String(signature);
        return "OAuth " + string.Join(", ", own.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key}=\"{Escape(pair.Value)}\""));
    }

    // All but letters, digits and -._~ of RFC 3986, in capitals, as the signature needs it.
    static string Escape(string text) => Uri.EscapeDataString(text);
}
