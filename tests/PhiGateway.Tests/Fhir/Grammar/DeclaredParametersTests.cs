using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Grammar.Declared;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Fhir.Grammar;

/// <summary>What an operator declares is understood whole, or refused with file, place and reason.</summary>
public sealed class DeclaredParametersTests
{
    private static readonly ResourceType Patient = ResourceType.Patient;

    /// <summary>Member, value as JSON (null: taken away), pointer of the problem.</summary>
    public static TheoryData<string, string?, string> Wrong =>
        new()
        {
            { "resourceType", "\"StructureDefinition\"", "/resourceType" },
            { "resourceType", null, "/resourceType" },
            { "status", "\"retired\"", "/status" },
            { "url", null, "/url" },
            { "url", "\"race\"", "/url" },
            { "code", null, "/code" },
            { "code", "\"_race\"", "/code" },
            { "code", "\"race.code\"", "/code" },
            { "code", "\"race:not\"", "/code" },
            { "code", "\"name\"", "/code" },
            { "code", "\"identifier\"", "/code" },
            { "base", null, "/base" },
            { "base", "[]", "/base" },
            { "base", "[\"Resource\"]", "/base" },
            { "base", "[\"Patient\",\"Patient\"]", "/base" },
            { "base", "[\"Patient\",\"Group\"]", "/expression" },
            { "base", "[\"Group\"]", "/expression" },
            { "type", null, "/type" },
            { "type", "\"composite\"", "/type" },
            { "type", "\"special\"", "/type" },
            { "type", "\"Token\"", "/type" },
            { "type", "\"reference\"", "/target" },
            { "expression", null, "/expression" },
            { "expression", "\"Patient.managingOrganization.resolve().name\"", "/expression" },
            { "expression", "\"Patient.contained.name\"", "/expression" },
            { "expression", "\"Patient.text.div\"", "/expression" },
            { "expression", "\"Group.extension\"", "/expression" },
            { "comparator", "[\"gt\"]", "/comparator" },
            { "modifier", "[\"exact\"]", "/modifier" },
            { "modifier", "[\"type\"]", "/modifier" },
            { "modifier", "\"not\"", "/modifier" },
            { "chain", "[\"name\"]", "/chain" },
            { "multipleOr", "\"yes\"", "/multipleOr" },
            { "multipleAnd", "1", "/multipleAnd" },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Read_NotExactlyRight_IsAProblemAtItsPlace(string member, string? value, string pointer)
    {
        var parameter = Race();
        parameter[member] = value is null ? null : JsonNode.Parse(value);
        if (value is null)
        {
            parameter.Remove(member);
        }

        var problems = new List<DeclaredProblem>();
        Assert.Null(DeclaredParameters.Read([File("race.json", parameter)], problems));
        Assert.Contains(problems, problem => problem.File == "race.json" && problem.Pointer == pointer && problem.Message.Length > 10);
    }

    [Fact]
    public void Read_OnePerFileInABundleOrPerLine_IsTheSame()
    {
        var bundle = new JsonObject { ["resourceType"] = "Bundle", ["entry"] = new JsonArray(new JsonObject { ["resource"] = Race() }) };
        foreach (
            var file in new[]
            {
                File("race.json", Race()),
                File("race.json", bundle),
                new DeclaredFile("race.ndjson", Encoding.UTF8.GetBytes($"{Race().ToJsonString()}\r\n\n")),
                new DeclaredFile("race.json", Encoding.UTF8.GetBytes("\uFEFF" + Race().ToJsonString())),
            }
        )
        {
            var race = Read(file).Of(Patient)["race"];
            Assert.Equal((SearchParameterKind.Token, "https://x.example/race"), (race.Kind, race.Url));
            Assert.Equal(["extension"], race.Elements);
        }
    }

    [Theory]
    [InlineData("a.json", "{", "")]
    [InlineData("a.json", "", "")]
    [InlineData("a.json", """{"resourceType":"SearchParameter","resourceType":"SearchParameter"}""", "")]
    [InlineData("a.json", """{"resourceType":"Bundle"}""", "/entry")]
    [InlineData("a.json", """{"resourceType":"Bundle","entry":[{}]}""", "/entry/0/resource")]
    [InlineData("a.ndjson", "\n{\n", "line 2 ")]
    public void Read_BrokenFile_IsAProblem(string name, string text, string pointer)
    {
        var problems = new List<DeclaredProblem>();
        Assert.Null(DeclaredParameters.Read([new DeclaredFile(name, Encoding.UTF8.GetBytes(text))], problems));
        Assert.Equal((name, pointer), (problems[0].File, problems[0].Pointer));
    }

    [Fact]
    public void Read_TheSameTwice_IsAProblem()
    {
        var problems = new List<DeclaredProblem>();
        Assert.Null(DeclaredParameters.Read([File("a.json", Race()), File("b.json", Race())], problems));
        Assert.Equal(("b.json", "/code"), (Assert.Single(problems).File, problems[0].Pointer));
    }

    [Fact]
    public void Read_NoFiles_AreNoParameters() => Assert.Same(DeclaredParameters.None, DeclaredParameters.Read([], []));

    [Theory]
    [InlineData("Observation.subject.where(resolve() is Patient)", true)]
    [InlineData("Observation.subject", true)]
    [InlineData("Observation.performer", false)]
    [InlineData("Observation.extension('http://x').value", false)]
    public void Read_ReferenceToPatients_IsAnOwnerExactlyWhereR4SaysSo(string expression, bool isOwner)
    {
        var parameter = Reference(expression);
        Assert.Equal(isOwner, Read(File("a.json", parameter)).Of(ResourceType.Parse("Observation"))["whose"].IsOwner);
    }

    [Theory]
    [InlineData("Observation.subject.first()")]
    [InlineData("Observation.subject | Observation.performer")]
    [InlineData("Observation.subject.where(type = 'Patient')")]
    [InlineData("(Observation.subject as Reference)")]
    public void Read_OwnerElementInPart_IsAProblem(string expression)
    {
        var problems = new List<DeclaredProblem>();
        Assert.Null(DeclaredParameters.Read([File("a.json", Reference(expression))], problems));
        Assert.Equal("/expression", Assert.Single(problems).Pointer);
    }

    [Fact]
    public void Read_TheExample_IsGood()
    {
        var path = RepositoryPaths.Of("tests", "search-parameters", "us-core-style.json");
        var declared = Read(new DeclaredFile(path, System.IO.File.ReadAllBytes(path)));

        Assert.Equal(["ethnicity", "race"], declared.Of(Patient).Keys.Order());
        Assert.Equal(["participant"], declared.Of(ResourceType.Parse("CareTeam"))["role"].Elements);
    }

    internal static DeclaredParameters Read(params DeclaredFile[] files)
    {
        var problems = new List<DeclaredProblem>();
        var declared = DeclaredParameters.Read(files, problems);
        Assert.True(declared is not null, string.Join('\n', problems));
        return declared;
    }

    internal static DeclaredFile File(string name, JsonNode content) => new(name, Encoding.UTF8.GetBytes(content.ToJsonString()));

    internal static JsonObject Race() =>
        new()
        {
            ["resourceType"] = "SearchParameter",
            ["url"] = "https://x.example/race",
            ["status"] = "active",
            ["code"] = "race",
            ["base"] = new JsonArray("Patient"),
            ["type"] = "token",
            ["expression"] = "Patient.extension.where(url = 'http://x').extension.value.code",
        };

    private static JsonObject Reference(string expression)
    {
        var parameter = Race();
        parameter["code"] = "whose";
        parameter["base"] = new JsonArray("Observation");
        parameter["type"] = "reference";
        parameter["target"] = new JsonArray("Patient", "Group");
        parameter["expression"] = expression;
        return parameter;
    }
}
