using System.Reflection;
using System.Text.RegularExpressions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>Each room registers its own services, and nobody else does; a value or a refusal has one shape in each plane.</summary>
public sealed partial class RoomRegistrationTests
{
    private const string Ending = "Registration.cs";

    // Each with whose refusal it holds; below the pipeline there is one.
    private static readonly Type[] Shapes =
    [
        typeof(Reading<>), // a reason of the data plane
        typeof(PhiGateway.Admin.Calls.Outcome<>), // a problem of the control plane
        typeof(PhiGateway.RegistryFiles.Documents.Checked<>), // findings about a file, for the control plane and the command line
        typeof(PhiGateway.Gateway.Exchange.StageResult<>), // a stage that says no, in the pipeline
    ];

    // What holds a shape and something beside it, or is no value at all: each by its name, and why it is none of the shapes.
    private static readonly Dictionary<string, string> Kin = new()
    {
        ["StageResult"] = "no value: a stage may go on, or says why not",
        ["CallerResult"] = "a reading, and beside it what the record and the client's next attempt are told",
        ["ProofCheck"] = "a reading, and beside it the nonce of the client's next proof",
        ["KeyProof"] = "a reading, and beside it the nonce of the client's next proof",
        ["Counted"] = "an outcome of the console's, and beside it when it was counted: the page says how old it is",
        ["UpstreamReply"] = "a stage result, and beside it which destination was asked and whether the call arrived",
        ["AuthorizationHeader"] = "a view of the header for every request: a value in an object would be one allocation more",
        ["Decided"] = "a shelf of the exchange; the entry of a batch keeps its refusal there, since it is answered by itself",
        ["DecisionAnswer"] = "what one question answered, for those who explain a decision: nothing is decided by it",
        ["Imagined"] = "a question nobody sent, with how far it could be read, for the explainer's own use",
    };

    public static TheoryData<string> Projects => ["PhiGateway.Gateway", "PhiGateway.Admin", "PhiGateway.Console"];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Room_Registers_ItsOwnServicesOnly(string project)
    {
        var findings = new List<string>();
        foreach (var (room, file, text) in Registrations(project))
        {
            var found = Registered().Matches(text).ToList();
            if (found.Count == 0 || !Regex.IsMatch(text, $@"\bAdd{room}\(\s*this IServiceCollection services\b"))
            {
                findings.Add($"{file} registers nothing, or not by Add{room}");
            }

            findings.AddRange(
                found
                    .Select(static match => match.Groups["type"].Value)
                    .Where(type => RoomOf(project, type) != room)
                    .Select(type => $"{file}: {type}")
            );
        }

        Findings.AssertNone(findings);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Services_OfARoom_AreRegisteredNowhereElse(string project)
    {
        var rooms = Registrations(project).Select(static one => one.Room).ToHashSet(StringComparer.Ordinal);
        Assert.True(rooms.Count > 4, string.Join(", ", rooms));
        var others = Files(project).Where(static file => !file.Name.EndsWith(Ending, StringComparison.Ordinal)).ToList();
        Findings.AssertNone(
            others
                .SelectMany(static file => Registered().Matches(file.Text).Select(match => (file.Name, Type: match.Groups["type"].Value)))
                .Where(one =>
                    RoomOf(project, one.Type) is { } room
                    && (rooms.Contains(room) || !one.Name.StartsWith(room + "/", StringComparison.Ordinal))
                )
                .Select(static one => $"{one.Name}: {one.Type}")
        );
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Composition_OfAProject_AsksEachRoomOnce(string project)
    {
        var composition = string.Concat(
            Files(project)
                .Where(static file => file.Name.StartsWith("Composition/", StringComparison.Ordinal))
                .Select(static file => file.Text)
        );
        Findings.AssertNone(
            Registrations(project)
                .Select(static one => one.Room)
                .Where(room => Regex.Count(composition, $@"\.Add{room}\(") != 1)
                .Select(static room => $"Add{room} is not called once")
        );
    }

    [Fact]
    public void ValueOrRefusal_InTheProduct_HasTheKnownShapesOnly()
    {
        var found = ProductAssemblies
            .All.SelectMany(static assembly => assembly.GetTypes())
            .Where(static type => type is { IsGenericTypeDefinition: true, IsNested: false } && type.GetGenericArguments().Length == 1)
            .Where(static type => HoldsRefusal(type) && HoldsItsArgument(type));

        Assert.Equal(Shapes.Select(static type => type.FullName).Order(), found.Select(static type => type.FullName).Order());
    }

    [Fact]
    public void ValueOrRefusal_WithoutATypeArgument_IsKin()
    {
        // Structs and records that may hold a refusal, or a shape: results that are handed on.
        var found = ProductAssemblies
            .All.SelectMany(ProductAssemblies.WrittenTypes)
            .Where(static type => !type.IsGenericType && IsRecordOrStruct(type) && MayHoldRefusal(type))
            .Select(static type => type.Name);

        Assert.Equal(Kin.Keys.Order(), found.Order());
    }

    private static bool IsRecordOrStruct(Type type) =>
        type is { IsValueType: true, IsEnum: false } || type.GetMethod("<Clone>$", BindingFlags.Instance | BindingFlags.Public) is not null;

    private static bool MayHoldRefusal(Type type) =>
        Fields(type)
            .Any(static field =>
                field.FieldType.Name.Split('`')[0] is "StageResult" or "Reading" or "Outcome" or "Checked"
                || (
                    field.FieldType.Name is "DenyReason" or "AdminProblem" or "DocumentRefusal"
                    && new NullabilityInfoContext().Create(field).ReadState == NullabilityState.Nullable
                )
            );

    private static bool HoldsRefusal(Type type) =>
        Fields(type)
            .Any(static field =>
                (Nullable.GetUnderlyingType(field.FieldType) ?? field.FieldType).Name
                    is "DenyReason"
                        or "AdminProblem"
                        or "DocumentRefusal"
                        or "StageResult"
            );

    private static bool HoldsItsArgument(Type type) => Fields(type).Any(static field => field.FieldType.IsGenericParameter);

    private static FieldInfo[] Fields(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);

    private static IEnumerable<(string Room, string File, string Text)> Registrations(string project) =>
        Files(project)
            .Where(static file => file.Name.EndsWith(Ending, StringComparison.Ordinal))
            .Select(static file => (file.Name.Split('/')[0], file.Name, file.Text));

    private static IEnumerable<(string Name, string Text)> Files(string project)
    {
        var root = RepositoryPaths.Of("src", project);
        return RepositoryPaths
            .Files(root, "*.cs")
            .Select(file => (Path.GetRelativePath(root, file).Replace('\\', '/'), File.ReadAllText(file)));
    }

    // Of this project's types by their simple name; null: it is another project's, or not told by the text.
    private static string? RoomOf(string project, string type)
    {
        var assembly = ProductAssemblies.All.Single(assembly => assembly.GetName().Name == project);
        var found = Array.Find(assembly.GetTypes(), candidate => candidate.Name == type);
        return found?.Namespace?[(project.Length + 1)..].Split('.')[0];
    }

    // What stands behind a registration: the last type argument, or what is made.
    [GeneratedRegex(
        @"\.(?:Try)?Add(?:Singleton|Scoped|Transient|HostedService)\s*(?:<(?:[^<>()]*,\s*)?(?<type>\w+)>\s*\(\s*\)"
            + @"|(?:<[^<>()]*>)?\(\s*(?:static\s+)?(?:\w+\s*=>\s*)?new\s+(?<type>\w+))",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Registered();
}
