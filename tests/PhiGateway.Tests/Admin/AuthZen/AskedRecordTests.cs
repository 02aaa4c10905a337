using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin.AuthZen;

/// <summary>What is asked about a record is held against all that the gateway's own way holds against it.</summary>
public sealed class AskedRecordTests
{
    private const string Tenants = "https://hospital.example/tenants";
    private const string Ward = """{"types":["Observation"],"interactions":["read","vread","history"],"patients":{"roster":"ward"}}""";
    private const string Shared = """
        {"types":["Task","Binary","Contract","GuidanceResponse","MessageHeader","Observation","Location"],"interactions":["read"],
         "patients":{"any":true}}
        """;

    private const string Whole = """{"types":["Observation"],"interactions":["read","patch"],"patients":{"roster":"ward"}}""";
    private const string Part =
        """{"types":["Observation"],"interactions":["read","patch"],"patients":{"roster":"ward"},"elements":["status"]}""";

    private const string Masked =
        """{"types":["Observation"],"interactions":["read","patch"],"patients":{"roster":"ward"},"masks":["issued"]}""";

    private const string Blind = """{"types":["Observation"],"interactions":["patch"],"patients":{"roster":"ward"}}""";

    [Theory]
    [InlineData("Task", false)]
    [InlineData("Binary", false)]
    [InlineData("Contract", false)]
    [InlineData("GuidanceResponse", false)]
    [InlineData("MessageHeader", false)]
    [InlineData("Observation", false)]
    [InlineData("Location", true)]
    public async Task Read_OfARecordThatNamesNobody_IsPermittedOnlyWhereItsTypeIsNobodys(string type, bool permit)
    {
        await using var server = await StartAsync(Shared);
        var answer = await AskAsync(server, "read", $$"""{"type":"{{type}}","id":"x-1","properties":{"patient":[],"labels":[]} }""");

        AssertIs(answer, permit, "withheld-undetermined-patient");
        AssertIs(await AskAsync(server, "read", Record(type)), permit: true, null);
    }

    [Theory]
    [InlineData("""["https://hospital.example/tenants|north"]""", true, null)]
    [InlineData("""["https://hospital.example/tenants|south"]""", false, "withheld-outside-tenant")]
    [InlineData(
        """["https://hospital.example/tenants|north","https://hospital.example/tenants|south"]""",
        false,
        "withheld-outside-tenant"
    )]
    [InlineData("""["north"]""", false, "withheld-outside-tenant")]
    [InlineData("[]", false, "withheld-outside-tenant")]
    public async Task Read_WhereTenantsShareAServer_IsOfRecordsThatBearTheTenantsTag(string tags, bool permit, string? reason)
    {
        await using var server = await StartAsync(Ward, _ => [Tenants + "|north"]);

        AssertIs(await AskAsync(server, "read", Record("Observation", $$""" "_tag":{{tags}}""")), permit, reason);
    }

    [Fact]
    public async Task Read_WhereATenantsTagIsNotClear_IsDenied_AndWithoutTagsPermitted()
    {
        await using var two = await StartAsync(Ward, static _ => [Tenants + "|north", Tenants + "|upper-north"]);
        AssertIs(await AskAsync(two, "read", Record("Observation")), permit: false, "tenant-not-clear");
        await using var unreadable = await StartAsync(Ward, static _ => ["north"]);
        AssertIs(await AskAsync(unreadable, "read", Record("Observation")), permit: false, "tenant-not-clear");
        await using var other = await StartAsync(Ward, static tenant => tenant == "south" ? [Tenants + "|south"] : []);
        AssertIs(await AskAsync(other, "read", Record("Observation")), permit: true, null);
    }

    [Fact]
    public async Task Read_ForAClientOfSeveralTenants_MustSayWhichIsMeant()
    {
        await using var server = await StartAsync(Ward, tenants: """ "north","south" """);

        AssertIs(await AskAsync(server, "read", Record("Observation")), permit: false, "tenant-not-told");
        AssertIs(await AskAsync(server, "read", Record("Observation"), context: """{"tenant":"south"}"""), permit: true, null);
        AssertIs(await AskAsync(server, "read", Record("Observation"), context: """{"tenant":"west"}"""), permit: false, "wrong-tenant");
    }

    [Theory]
    [InlineData(Whole, "{}", true)]
    [InlineData(Part, "{}", false)]
    [InlineData(Part, """{"elements":["status"],"tests":false}""", true)]
    [InlineData(Part, """{"elements":["status"]}""", true)]
    [InlineData(Part, """{"elements":["status","note"]}""", false)]
    [InlineData(Part, """{"elements":"status"}""", false)]
    [InlineData(Part, """{"elements":[]}""", false)]
    [InlineData(Part, """{"elements":["status",7]}""", false)]
    [InlineData(Masked, "{}", false)]
    [InlineData(Masked, """{"elements":["issued"]}""", false)]
    [InlineData(Masked, """{"elements":["note"]}""", true)]
    [InlineData(Blind, "{}", false)]
    [InlineData(Blind, """{"tests":false}""", true)]
    public async Task Patch_OfARecord_IsPermittedWhereAllThatItTouchesIsInView(string grant, string properties, bool permit)
    {
        await using var server = await StartAsync(grant);
        var answer = await AskAsync(server, "patch", Record("Observation"), properties: properties);

        AssertIs(answer, permit, "hidden-element");
    }

    [Theory]
    [InlineData("""{"patient":"p-1","labels":[]}""", true, null)]
    [InlineData("""{"patient":"p-1","labels":[],"confidentiality":"R"}""", false, "withheld-confidentiality")]
    [InlineData("""{"patient":"p-9","labels":[]}""", false, "withheld-outside-patients")]
    [InlineData("""{"patient":"p-1","labels":["http://terminology.hl7.org/CodeSystem/v3-ActCode|HIV"]}""", false, "withheld-label")]
    [InlineData("""{"patient":"p-1"}""", false, "facts-missing")]
    [InlineData("""[]""", false, "facts-missing")]
    [InlineData("null", false, "facts-missing")]
    public async Task Version_OfARecord_IsJudgedAsItIsNowToo(string current, bool permit, string? reason)
    {
        await using var server = await StartAsync(Ward);
        foreach (var action in (string[])["vread", "history"])
        {
            AssertIs(await AskAsync(server, action, Record("Observation", $$""" "current":{{current}}""")), permit, reason);
            AssertIs(await AskAsync(server, action, Record("Observation")), permit: false, "facts-missing");
        }

        AssertIs(await AskAsync(server, "read", Record("Observation")), permit: true, null);
    }

    [Theory]
    [InlineData("""{"roster":"ward"}""", false)]
    [InlineData("""{"any":true}""", true)]
    public async Task Create_OfAPatient_IsOfSomebodyNewWhateverTheId(string patients, bool permit)
    {
        await using var server = await StartAsync($$"""{"types":["Patient"],"interactions":["create"],"patients":{{patients}} }""");

        AssertIs(
            await AskAsync(server, "create", """{"type":"Patient","id":"p-1","properties":{"labels":[]} }"""),
            permit,
            "outside-roster"
        );
    }

    private static async Task<AdminServer> StartAsync(
        string grant,
        Func<string, IReadOnlyList<string>>? tags = null,
        string tenants = "\"north\""
    )
    {
        var server = await ScenarioServer.StartWithoutClientsAsync(
            (tenant, environment) => environment == "production" && tags is not null ? tags(tenant) : []
        );
        await ScenarioServer.OpenAsync(server, "nina", [grant], tenants);
        await server.Store.PutMembersAsync([new RosterMember("ward", PatientId.Parse("p-1"))], "test", default);
        return server;
    }

    private static string Record(string type, string further = "") =>
        $$"""{"type":"{{type}}","id":"x-1","properties":{"patient":"p-1","labels":[]{{(further.Length > 0 ? "," + further : further)}} } }""";

    private static async Task<JsonNode> AskAsync(
        AdminServer server,
        string action,
        string resource,
        string properties = "{}",
        string context = "{}"
    )
    {
        var body = $$"""
            {"subject":{"type":"client","id":"nina"},"action":{"name":"{{action}}","properties":{{properties}} },
             "resource":{{resource}},"context":{{context}} }
            """;
        var answer = await ScenarioServer.AskAsync(server, body);
        Assert.True(answer.Status == 200, $"{answer.Status} {answer.Text}");
        return answer.Json;
    }

    private static void AssertIs(JsonNode answer, bool permit, string? reason) =>
        Assert.Equal((permit, permit ? null : reason), ((bool)answer["decision"]!, (string?)answer["context"]?["reason"]));
}
