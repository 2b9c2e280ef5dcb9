using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IntelMQ.Extensions;

/// <summary>
/// A signature inside of a package: ES256 over id, version and the hash of all other files. Keys are plain P-256 keys:
/// no chain of certificates, and it works without a network.
/// </summary>
/// <param name="Key">The id of the key.</param>
/// <param name="Tree">The hash of all other files.</param>
/// <param name="Value">The signature, r and s.</param>
internal sealed record PackageSignature(string Key, string Tree, byte[] Value)
{
    public const string FileName = "signature.json";

    const string Algorithm = "ES256";

    static byte[] Signed(string id, SemanticVersion version, string tree) =>
        Encoding.UTF8.GetBytes($"intelmq-extension-v1\n{id.ToLowerInvariant()}\n{version}\n{tree}\n");

    /// <summary>The hash that is signed.</summary>
    public static string TreeOf(IEnumerable<(string Path, string Sha256)> files) => TreeHash.Of(files.Where(file => file.Path != FileName));

    public static string IdOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16];

    /// <summary>Reads a key.</summary>
    /// <exception cref="ExtensionException">It is no P-256 key.</exception>
    public static ECDsa Import(string pem, string name)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.ExportParameters(false).Curve.Oid?.Value == ECCurve.NamedCurves.nistP256.Oid.Value) return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new ExtensionException([new(IntelMQ.Sdk.BotLogLevel.Error, $"is no key in PEM form: {e.Message}") { File = name }], e);
        }

        key.Dispose();
        throw new ExtensionException([new(IntelMQ.Sdk.BotLogLevel.Error, "is no key on the curve P-256 (prime256v1)") { File = name }]);
    }

    /// <summary>Reads <c>signature.json</c>.</summary>
    /// <exception cref="ExtensionException">It is malformed.</exception>
    public static PackageSignature Read(string file, ReadOnlyMemory<byte> bytes) => StrictJson.Read(file, bytes, root =>
    {
        root.Choice("alg", Algorithm);
        var value = root.Text("sig", "a signature in base 64");
        var bytes = new byte[value.Length];
        if (!Convert.TryFromBase64String(value, bytes, out var length)) root.Fail("sig", "is not base 64");
        return new PackageSignature(root.Text("key", "the id of the key"), root.Text("tree", "the hash of the files"), bytes[..length]);
    });

    /// <summary>Checks a signature against the files it is for.</summary>
    /// <param name="manifest">Of the package.</param>
    /// <param name="files">All files, the signature's own included or not.</param>
    /// <param name="keys">Who is trusted; with none, only the files are compared.</param>
    /// <returns>The id of the trusted key; null when nobody is trusted.</returns>
    /// <exception cref="ExtensionException">The files are not those that were signed, or the signature is nobody's who is trusted.</exception>
    public string? Verify(ExtensionManifest manifest, IEnumerable<(string Path, string Sha256)> files, IReadOnlyList<TrustedKey> keys)
    {
        if (TreeOf(files) != Tree) throw new ExtensionException($"{manifest.Id} {manifest.Version} was changed after it was signed");
        if (keys.Count == 0) return null;
        var trusted = keys.FirstOrDefault(key => key.Id == Key)
            ?? throw new ExtensionException($"{manifest.Id} {manifest.Version} is signed with key {Key}, which is not trusted here; trusted: {string.Join(", ", keys.Select(key => key.Id))}");
        using var key = Import(trusted.Pem, trusted.File);
        return key.VerifyData(Signed(manifest.Id, manifest.Version, Tree), Value, HashAlgorithmName.SHA256)
            ? trusted.Id
            : throw new ExtensionException($"{manifest.Id} {manifest.Version}: the signature is not one of key {Key}");
    }

    /// <summary>Signs a package in place; a signature that is there is replaced.</summary>
    /// <returns>The id of the key.</returns>
    /// <exception cref="ExtensionException">It is no extension package, or the key is no private P-256 key.</exception>
    public static async Task<string> SignAsync(string nupkg, string privateKeyPem, string keyName, CancellationToken cancellationToken)
    {
        using var key = Import(privateKeyPem, keyName);
        var id = IdOf(key);
        var content = await MakeAsync(nupkg, key, id, cancellationToken);
        await DiskErrors.ExplainAsync($"{nupkg} cannot be signed in place", () => ReplaceAsync(nupkg, content, cancellationToken));
        return id;
    }

    static async Task<bool> ReplaceAsync(string nupkg, byte[] content, CancellationToken cancellationToken)
    {
        var beside = $"{nupkg}.{Guid.NewGuid():n}.tmp";
        try
        {
            File.Copy(nupkg, beside);
            await using (var zip = await ZipFile.OpenAsync(beside, ZipArchiveMode.Update, cancellationToken))
            {
                const string Name = PackageArchive.Folder + FileName;
                zip.GetEntry(Name)?.Delete();
                await using var entry = await zip.CreateEntry(Name).OpenAsync(cancellationToken);
                await entry.WriteAsync(content, cancellationToken);
            }

            File.Move(beside, nupkg, overwrite: true);
            return true;
        }
        finally
        {
            File.Delete(beside);
        }
    }

    static async Task<byte[]> MakeAsync(string nupkg, ECDsa key, string id, CancellationToken cancellationToken)
    {
        using var archive = PackageArchive.OpenFile(nupkg);
        var tree = TreeOf(await archive.HashAsync(cancellationToken));
        byte[] value;
        try
        {
            value = key.SignData(Signed(archive.Manifest.Id, archive.Manifest.Version, tree), HashAlgorithmName.SHA256);
        }
        catch (CryptographicException e)
        {
            throw new ExtensionException($"the key {id} has no private half, which signing needs: {e.Message}", e);
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("alg", Algorithm);
            json.WriteString("key", id);
            json.WriteString("tree", tree);
            json.WriteBase64String("sig", value);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
