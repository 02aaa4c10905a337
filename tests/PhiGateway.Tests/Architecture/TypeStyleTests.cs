using System.Reflection;
using System.Xml.Linq;
using Microsoft.Extensions.Logging;
using Xunit;
using Xunit.v3;

namespace PhiGateway.Tests.Architecture;

public sealed class TypeStyleTests
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static TheoryData<string> Projects => new(ProductAssemblies.AllowedReferences.Keys);

    [Theory]
    [MemberData(nameof(Projects))]
    public void Class_Inheritance_IsMeantOrForbidden(string project)
    {
        var open = ProductAssemblies
            .WrittenTypes(ProductAssemblies.Load(project))
            .Where(type => type.IsClass && !type.IsSealed && !type.IsAbstract);

        // A closed set's base may only be inherited from inside itself.
        Findings.AssertNone(
            open.Where(type => type.GetConstructors(Everything).Any(constructor => !constructor.IsPrivate)).Select(type => type.FullName)
        );
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void PublicType_Documentation_SaysWhatItIs(string project)
    {
        var assembly = ProductAssemblies.Load(project);
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        Assert.True(File.Exists(file), $"{Path.GetFileName(file)} was not built");
        var summaries = XDocument
            .Load(file)
            .Descendants("member")
            .Where(member => !string.IsNullOrWhiteSpace(member.Element("summary")?.Value))
            .Select(member => member.Attribute("name")!.Value)
            .ToHashSet(StringComparer.Ordinal);

        var bare = ProductAssemblies
            .WrittenTypes(assembly)
            .Where(type => type.IsVisible && !summaries.Contains("T:" + type.FullName!.Replace('+', '.')));

        Findings.AssertNone(bare.Select(type => type.FullName));
    }

    [Theory]
    [InlineData("PhiGateway.Policy.Vocabulary")]
    [InlineData("PhiGateway.Policy.Snapshot")]
    [InlineData("PhiGateway.Policy.Decisions")]
    [InlineData("PhiGateway.Policy.Registry")]
    public void PolicyTypes_State_IsReadOnly(string space)
    {
        var types = ProductAssemblies
            .WrittenTypes(ProductAssemblies.Load("PhiGateway.Policy"))
            // What others can hold: editors and the scratch of one decision stay inside and end with their call.
            .Where(type =>
                type.IsVisible
                && type.Namespace == space
                && (type.IsClass || type.IsValueType)
                && !type.IsEnum
                && !type.Name.EndsWith("Builder", StringComparison.Ordinal)
                && !type.Name.EndsWith("Exception", StringComparison.Ordinal)
            )
            .ToList();
        Assert.NotEmpty(types);

        // ResourceFacts is filled anew for each resource of an answer, by one thread, and says so; an enumerator belongs to its loop.
        var writable = types
            .Where(type => type.Name is not ("ResourceFacts" or "Enumerator"))
            .SelectMany(type =>
                type.GetFields(Everything)
                    .Where(field => !field.IsInitOnly && !field.IsLiteral && !field.Name.StartsWith("<>", StringComparison.Ordinal))
                    .Select(field => $"{type.Name}.{field.Name}")
            );

        Findings.AssertNone(writable);
    }

    [Fact]
    public void LogMethods_EventIds_AreUnique()
    {
        var messages = ProductAssemblies
            .All.SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(Everything))
            .Select(method =>
                (Method: $"{method.DeclaringType!.Name}.{method.Name}", Message: method.GetCustomAttribute<LoggerMessageAttribute>())
            )
            .Where(pair => pair.Message is not null)
            .ToList();

        Assert.NotEmpty(messages);
        Findings.AssertNone(messages.Where(pair => pair.Message!.EventId <= 0).Select(pair => pair.Method));
        Findings.AssertNone(
            messages
                .GroupBy(pair => pair.Message!.EventId)
                .Where(group => group.Count() > 1)
                .Select(group => $"{group.Key}: {string.Join(", ", group.Select(pair => pair.Method))}")
        );
    }

    [Fact]
    public void Tests_Names_SayMemberSituationOutcome()
    {
        var names = typeof(TypeStyleTests)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(Everything))
            .Where(method => method.GetCustomAttributes().Any(attribute => attribute is IFactAttribute))
            .Where(method => method.Name.Split('_', StringSplitOptions.RemoveEmptyEntries).Length < 3);

        Findings.AssertNone(names.Select(method => $"{method.DeclaringType!.Name}.{method.Name}"));
    }

    [Fact]
    public void Tests_Skips_AreNone()
    {
        var skipped = typeof(TypeStyleTests)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(Everything))
            .Where(method => method.GetCustomAttributes().OfType<IFactAttribute>().Any(fact => fact.Skip is not null));

        Findings.AssertNone(skipped.Select(method => $"{method.DeclaringType!.Name}.{method.Name}"));
    }
}
