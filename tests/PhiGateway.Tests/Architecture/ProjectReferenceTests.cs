using System.Xml.Linq;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Architecture;

public sealed class ProjectReferenceTests
{
    public static TheoryData<string> Projects => new(ProductAssemblies.AllowedReferences.Keys);

    [Fact]
    public void Source_EveryProject_IsKnownAndInTheSolution()
    {
        var projects = RepositoryPaths.Files(RepositoryPaths.Source, "*.csproj").Select(Path.GetFileNameWithoutExtension).Order();
        var solution = File.ReadAllText(RepositoryPaths.Of("PhiGateway.sln"));

        Assert.Equal(ProductAssemblies.AllowedReferences.Keys.Order(), projects!);
        foreach (var project in RepositoryPaths.Files(RepositoryPaths.Root, "*.csproj"))
        {
            Assert.Contains(Path.GetFileName(project), solution, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_WrittenReferences_PointInwards(string project)
    {
        var written = Items(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));

        Assert.All(written, reference => Assert.Contains(reference, ProductAssemblies.AllowedReferences[project]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Assembly_CompiledReferences_PointInwards(string project)
    {
        var compiled = ProductAssemblies
            .Load(project)
            .GetReferencedAssemblies()
            .Select(name => name.Name!)
            .Where(name => name == "phigw" || name.StartsWith("PhiGateway", StringComparison.Ordinal));

        Assert.All(compiled, reference => Assert.Contains(reference, ProductAssemblies.AllowedReferences[project]));
    }

    [Fact]
    public void Policy_Packages_AreNone()
    {
        Assert.Empty(Items("PhiGateway.Policy", "PackageReference"));
        Assert.Empty(Items("PhiGateway.Policy", "FrameworkReference"));
        Assert.All(
            ProductAssemblies.Load("PhiGateway.Policy").GetReferencedAssemblies(),
            reference => Assert.StartsWith("System.", reference.Name, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Fhir_HttpTypes_AreNone()
    {
        var references = ProductAssemblies.Load("PhiGateway.Fhir").GetReferencedAssemblies().Select(reference => reference.Name!);

        Assert.DoesNotContain(
            references,
            name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name == "System.Net.Http"
        );
    }

    [Fact]
    public void Gateway_Storage_IsNamedOnlyWhereThingsAreComposed()
    {
        var gateway = RepositoryPaths.Of("src", "PhiGateway.Gateway");
        var naming = RepositoryPaths
            .Files(gateway, "*.cs")
            .Where(file => File.ReadAllText(file).Contains("PhiGateway.Storage", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(gateway, file).Replace('\\', '/'));

        Assert.All(
            naming,
            file =>
                Assert.True(file == "Program.cs" || file.StartsWith("Composition/", StringComparison.Ordinal), $"{file} names the storage")
        );
    }

    [Fact]
    public void Projects_PackageVersions_StandInOneFile()
    {
        foreach (var file in RepositoryPaths.Files(RepositoryPaths.Root, "*.csproj"))
        {
            Assert.DoesNotContain(
                XDocument.Load(file).Descendants("PackageReference"),
                reference => reference.Attribute("Version") is not null
            );
        }
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument
            .Load(RepositoryPaths.Of("src", project, project + ".csproj"))
            .Descendants(kind)
            .Select(item => item.Attribute("Include")!.Value);
}
