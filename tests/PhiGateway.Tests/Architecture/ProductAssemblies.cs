using System.Reflection;
using System.Runtime.CompilerServices;

namespace PhiGateway.Tests.Architecture;

/// <summary>The assemblies of the product, for tests about all of them.</summary>
internal static class ProductAssemblies
{
    /// <summary>Project name to the projects it may reference (docs/architecture.md: arrows point inwards).</summary>
    public static IReadOnlyDictionary<string, string[]> AllowedReferences { get; } =
        new Dictionary<string, string[]>
        {
            ["PhiGateway.Policy"] = [],
            ["PhiGateway.Fhir"] = ["PhiGateway.Policy"],
            ["PhiGateway.Apis"] = ["PhiGateway.Policy", "PhiGateway.Fhir"],
            ["PhiGateway.Audit"] = ["PhiGateway.Policy"],
            ["PhiGateway.Identity"] = ["PhiGateway.Policy"],
            ["PhiGateway.Proof"] = ["PhiGateway.Policy", "PhiGateway.Audit"],
            ["PhiGateway.Watch"] = ["PhiGateway.Policy", "PhiGateway.Audit"],
            ["PhiGateway.Storage"] = ["PhiGateway.Policy", "PhiGateway.Audit", "PhiGateway.Proof"],
            ["PhiGateway.Sinks"] = ["PhiGateway.Policy", "PhiGateway.Audit"],
            ["PhiGateway.RegistryFiles"] = ["PhiGateway.Policy"],
            ["PhiGateway.TokenService"] = ["PhiGateway.Policy", "PhiGateway.Fhir", "PhiGateway.Audit", "PhiGateway.Identity"],
            ["PhiGateway.Admin"] =
            [
                "PhiGateway.Policy",
                "PhiGateway.Fhir",
                "PhiGateway.Audit",
                "PhiGateway.Proof",
                "PhiGateway.Identity",
                "PhiGateway.RegistryFiles",
                "PhiGateway.Watch",
            ],
            ["PhiGateway.Console"] =
            [
                "PhiGateway.Policy",
                "PhiGateway.Audit",
                "PhiGateway.Identity",
                "PhiGateway.Proof",
                "PhiGateway.RegistryFiles",
                "PhiGateway.Admin",
            ],
            ["PhiGateway.Cli"] =
            [
                "PhiGateway.Policy",
                "PhiGateway.Fhir",
                "PhiGateway.RegistryFiles",
                "PhiGateway.Audit",
                "PhiGateway.Proof",
            ],
            ["PhiGateway.Gateway"] =
            [
                "PhiGateway.Policy",
                "PhiGateway.Fhir",
                "PhiGateway.Apis",
                "PhiGateway.Audit",
                "PhiGateway.Proof",
                "PhiGateway.Identity",
                "PhiGateway.Storage",
                "PhiGateway.Sinks",
                "PhiGateway.RegistryFiles",
                "PhiGateway.Watch",
                "PhiGateway.Admin",
                "PhiGateway.TokenService",
                "PhiGateway.Console",
            ],
        };

    /// <summary>By project name; the CLI's file is called as it is typed.</summary>
    public static Assembly Load(string project) => Assembly.Load(project == "PhiGateway.Cli" ? "phigw" : project);

    public static IEnumerable<Assembly> All => AllowedReferences.Keys.Select(Load);

    /// <summary>Types that a person wrote.</summary>
    public static IEnumerable<Type> WrittenTypes(Assembly assembly) =>
        assembly.GetTypes().Where(type => !IsGenerated(type) && type.Namespace?.StartsWith("PhiGateway", StringComparison.Ordinal) == true);

    private static bool IsGenerated(Type type)
    {
        for (var step = type; step is not null; step = step.DeclaringType)
        {
            if (
                step.IsDefined(typeof(CompilerGeneratedAttribute), false)
                || step.Name.Contains('<', StringComparison.Ordinal)
                // What Razor makes of the usings that its files share.
                || step.Name == "_Imports"
                || step.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute), false)
                || step.Namespace?.Contains(".Migrations", StringComparison.Ordinal) == true
            )
            {
                return true;
            }
        }

        return false;
    }
}
