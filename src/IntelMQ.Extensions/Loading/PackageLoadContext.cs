using System.Reflection;
using System.Runtime.Loader;
using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>
/// Holds the assemblies of one package. Shared with the host are only the SDK and the framework, so packages may bring
/// different versions of one library.
/// </summary>
internal sealed class PackageLoadContext(string name, string entry, bool collectible) : AssemblyLoadContext(name, collectible)
{
    static readonly Assembly Sdk = typeof(Bot).Assembly;
    static readonly string SdkName = Sdk.GetName().Name!;

    readonly AssemblyDependencyResolver _resolver = new(entry);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // The contract is the host's, whatever the package brought or was built against: its types must be the same.
        if (assemblyName.Name == SdkName) return Sdk;
        if (_resolver.ResolveAssemblyToPath(assemblyName) is not { } path) return NotInPackage(assemblyName);
        return FrameworkAssemblies.HasAtLeast(AssemblyName.GetAssemblyName(path)) ? null : LoadFromAssemblyPath(path);
    }

    /// <summary>Null means that the framework has it.</summary>
    static Assembly? NotInPackage(AssemblyName assemblyName)
    {
        var isResource = assemblyName.CultureName is { Length: > 0 };
        if (isResource || !FrameworkAssemblies.AreKnown || FrameworkAssemblies.Contains(assemblyName.Name!)) return null;

        // The host's own libraries are no promise: a package that forgot one must not work by chance.
        throw new FileNotFoundException($"'{assemblyName}' is neither in the package nor part of the framework", assemblyName.Name);
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
