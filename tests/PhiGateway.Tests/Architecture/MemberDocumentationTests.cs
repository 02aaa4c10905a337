using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>What the rooms that others build on show of themselves says what it is.</summary>
public sealed partial class MemberDocumentationTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData("PhiGateway.Admin")]
    [InlineData("PhiGateway.Audit")]
    [InlineData("PhiGateway.Storage")]
    public void PublicMember_Documentation_SaysWhatItIs(string project)
    {
        var assembly = ProductAssemblies.Load(project);
        var members = XDocument
            .Load(Path.ChangeExtension(assembly.Location, ".xml"))
            .Descendants("member")
            .Where(member => !string.IsNullOrWhiteSpace(member.Element("summary")?.Value) || member.Element("inheritdoc") is not null)
            .Select(member => Arity().Replace(member.Attribute("name")!.Value.Split('(')[0], string.Empty))
            .ToHashSet(StringComparer.Ordinal);

        var bare = ProductAssemblies
            .WrittenTypes(assembly)
            .Where(type => type.IsVisible && !type.IsSubclassOf(typeof(Delegate)))
            .SelectMany(type =>
                Members(type)
                    .Select(member => $"{member.Kind}:{Arity().Replace(type.FullName!.Replace('+', '.'), string.Empty)}.{member.Name}")
            )
            .Distinct()
            .Where(name => !members.Contains(name));

        Findings.AssertNone(bare);
    }

    private static IEnumerable<(char Kind, string Name)> Members(Type type)
    {
        var constructors = type.GetConstructors(Declared);
        foreach (var constructor in constructors.Where(constructor => constructor.GetParameters().Length > 0))
        {
            yield return ('M', "#ctor");
        }

        foreach (var field in type.GetFields(Declared).Where(static field => !field.IsSpecialName))
        {
            yield return ('F', field.Name);
        }

        // A parameter of a record's own constructor is described there.
        var isRecord = type.GetMethod("<Clone>$") is not null;
        var parameters = constructors
            .SelectMany(static constructor => constructor.GetParameters())
            .Select(static one => one.Name)
            .ToHashSet();
        foreach (var property in type.GetProperties(Declared))
        {
            if (!(isRecord && parameters.Contains(property.Name)) && property.GetMethod is { } getter && !IsInherited(type, getter))
            {
                yield return ('P', property.Name);
            }
        }

        foreach (var method in type.GetMethods(Declared))
        {
            if (!method.IsSpecialName && !method.IsDefined(typeof(CompilerGeneratedAttribute)) && !IsInherited(type, method))
            {
                yield return ('M', method.Name);
            }
        }
    }

    // What overrides or implements is described where it was first said.
    private static bool IsInherited(Type type, MethodInfo method) =>
        method.GetBaseDefinition() != method
        || (!type.IsInterface && type.GetInterfaces().Any(contract => type.GetInterfaceMap(contract).TargetMethods.Contains(method)));

    [GeneratedRegex(@"`+\d+")]
    private static partial Regex Arity();
}
