using System.Reflection;
using System.Reflection.Metadata;
using System.Runtime.Loader;

namespace IntelMQ.Extensions;

/// <summary>Caches of the framework that hold types by the methods that .NET Hot Reload calls to empty them.</summary>
/// <remarks>Without this a package that once used System.Text.Json by reflection would stay in memory for ever.</remarks>
internal static class FrameworkCaches
{
    /// <summary>Empties them; what fails is told and does not matter for anything else.</summary>
    public static void Clear(Action<string> failed)
    {
        foreach (var assembly in AssemblyLoadContext.Default.Assemblies.Where(assembly => FrameworkAssemblies.Contains(assembly.GetName().Name!)))
        {
            foreach (var attribute in assembly.GetCustomAttributesData().Where(data => data.AttributeType == typeof(MetadataUpdateHandlerAttribute)))
            {
                Clear((Type)attribute.ConstructorArguments[0].Value!, failed);
            }
        }
    }

    static void Clear(Type handler, Action<string> failed)
    {
        var method = handler.GetMethod("ClearCache", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic, [typeof(Type[])]);
        try
        {
            method?.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [null], null);
        }
        catch (Exception e)
        {
            failed($"the cache of {handler} could not be emptied: {e.Message}");
        }
    }
}
