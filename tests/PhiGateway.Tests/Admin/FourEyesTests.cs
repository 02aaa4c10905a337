using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What is approved is what was seen, by somebody who had no hand in it, whoever wrote last.</summary>
public sealed class FourEyesTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string UseCase = "/admin/v1/use-cases/lab-results";

    private const string Wider =
        """{"grants":[{"types":["Observation","Condition"],"interactions":["read","search"],"patients":{"roster":"acme-orders"}}]}""";

    [Theory]
    [InlineData("*")]
    [InlineData("current")]
    public async Task Approve_WithoutTheFingerprint_IsRefused_WithItPasses(string tag)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        await Approvals.ApproveUseCaseAsync(server);
        var submitted = await server.PostAsync(Client + ":submit", "{}");
        var seen = tag == "*" ? "*" : submitted.ETag!;

        Assert.Equal(428, (await server.PostAsync(Client + ":approve", "{}", "anna", ("If-Match", seen))).Status);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
    }

    [Fact]
    public async Task ApproveUseCase_WithAWildcard_IsRefused_WithItsTagPasses()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var blind = await server.SendAsync("arno", "POST", UseCase + ":approve", "{}", ("If-Match", "*"));

        Assert.Equal(428, blind.Status);
        await Approvals.ApproveUseCaseAsync(server);
    }

    [Fact]
    public async Task Approve_ByWhoWidenedBeforeAnotherCorrected_IsRefused_ByAThirdPasses()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await server.PatchAsync(UseCase, Wider, "nora");
        await server.PatchAsync(UseCase, """{"legalBasis":"treatment, in other words"}""", "olga");

        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "nora")).Code);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
    }

    [Fact]
    public async Task Approve_ByWhoTouchedAnInputThatAnotherRewrote_IsRefused()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await server.PatchAsync("/admin/v1/organizations/acme", """{"modules":["results@5"]}""", "nora");
        await server.PatchAsync("/admin/v1/organizations/acme", """{"name":"Acme Labs"}""", "olga");
        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "nora")).Code);
        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);

        // What was approved is no longer held against anybody; words for people never were.
        await server.PatchAsync(UseCase, """{"title":"Laboratory results"}""", "nora");
        await server.PatchAsync(UseCase, Wider, "olga");
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "nora")).Status);
    }

    [Fact]
    public async Task Approve_ByWhoseFileAnotherAppliedAgain_IsRefused()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await server.PatchAsync(UseCase, Wider, "nora");
        var export = await server.SendAsync("olga", "GET", "/admin/v1/config:export", null, ("Accept", "application/yaml"));
        var applied = await server.SendAsync(
            "olga",
            "POST",
            "/admin/v1/config:apply",
            export.Text.Replace("legalBasis: treatment", "legalBasis: care", StringComparison.Ordinal),
            ("Content-Type", "application/yaml"),
            ("If-Match", export.ETag!)
        );

        Assert.Equal(200, applied.Status);
        Assert.DoesNotContain("_authors", export.Text, StringComparison.Ordinal);
        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "nora")).Code);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
    }

    [Fact]
    public async Task Key_ThatApproves_WorksOnlyWhenAnApproverReleasedIt_WithBothParts()
    {
        await using var server = await AdminServer.StartAsync();
        const string Body = """{"id":"ghost","person":"ghost@hospital.example","roles":["approver","auditor"]}""";
        var made = await server.PostAsync("/admin/v1/admin-keys", Body, "adam");
        Assert.Equal(201, made.Status);
        Assert.True((bool)made.Json["disabled"]!);
        Assert.Null(made.Json["key"]);
        var first = (string)made.Json["key_part"]!;

        // Its maker can neither use it nor let it work, nor make it of a key that works.
        Assert.Equal(401, await StatusOfAsync(server, first));
        var enabled = await EditAsync(server, "ghost", """{"disabled":false}""");
        Assert.Equal("four-eyes", enabled.Code);
        Assert.Equal("four-eyes", (await EditAsync(server, "olga", """{"roles":["operator","approver"]}""")).Code);
        Assert.Equal("four-eyes", (await EditAsync(server, "anna", """{"person":"adam@hospital.example"}""")).Code);
        Assert.Equal(403, (await server.PostAsync("/admin/v1/admin-keys/ghost:approve", "{}", "adam", ("If-Match", made.ETag!))).Status);

        var released = await server.PostAsync("/admin/v1/admin-keys/ghost:approve", "{}", "anna", ("If-Match", made.ETag!));
        Assert.Equal(201, released.Status);
        var second = (string)released.Json["key_part"]!;
        Assert.Equal(401, await StatusOfAsync(server, second));
        Assert.Equal(401, await StatusOfAsync(server, second + "." + first));
        var both = first + "." + second;
        Assert.Equal(403, await StatusOfAsync(server, both));

        // Only its person, who was given both, has the key that both fetch once.
        var claimed = await ClaimAsync(server, both);
        Assert.Equal(201, claimed.Status);
        var key = (string)claimed.Json["key"]!;
        Assert.Equal(200, await StatusOfAsync(server, key));
        Assert.Equal(401, await StatusOfAsync(server, both));
        Assert.Equal(401, (await ClaimAsync(server, both)).Status);
        Assert.Equal(403, (await ClaimAsync(server, key)).Status);
    }

    // The maker of an ordinary key was shown all of it: what it does is the maker's act as well.
    [Fact]
    public async Task Approve_ByWhoMadeTheWritersKey_IsRefused_UnlessAnotherReleasedIt()
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("mona", "admin", "approver");
        await Approvals.OpenAsync(server);
        await server.MakeKeyAsync("mona", "ghost", "operator");
        Assert.Equal(200, (await server.PatchAsync(UseCase, Wider, "ghost")).Status);
        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "mona")).Code);
        Assert.Equal("four-eyes", (await ApproveUseCaseAsync(server, "mona")).Code);
        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);

        // Closing is not undone by its maker either.
        Assert.Equal(200, (await server.PostAsync(Client + ":suspend", """{"reason":"odd"}""", "ghost")).Status);
        Assert.Equal("four-eyes", (await server.PostAsync(Client + ":resume", "{}", "mona")).Code);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", "{}", "anna")).Status);

        // A key that its maker does not know is nobody's but its person's.
        const string Body = """{"id":"oona","person":"oona@hospital.example","roles":["operator"],"disabled":true}""";
        var made = await server.PostAsync("/admin/v1/admin-keys", Body, "mona");
        Assert.Equal("four-eyes", (await EditAsync(server, "oona", """{"disabled":false}""", "mona")).Code);
        var released = await server.PostAsync("/admin/v1/admin-keys/oona:approve", "{}", "anna", ("If-Match", made.ETag!));
        var claimed = await ClaimAsync(server, $"{made.Json["key_part"]}.{released.Json["key_part"]}");
        server.UseKey("oona", (string)claimed.Json["key"]!);
        Assert.Equal(200, (await server.PatchAsync(UseCase, """{"legalBasis":"treatment at last"}""", "oona")).Status);
        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "mona")).Status);
    }

    [Fact]
    public async Task Release_ByWhoMadeTheMakersKey_IsRefused_ByAnotherPasses()
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("mona", "admin", "approver");
        await server.MakeKeyAsync("mona", "ghost", "admin");
        const string Body = """{"id":"shade","person":"shade@hospital.example","roles":["approver"]}""";
        var made = await server.PostAsync("/admin/v1/admin-keys", Body, "ghost");

        Assert.Equal(
            "four-eyes",
            (await server.PostAsync("/admin/v1/admin-keys/shade:approve", "{}", "mona", ("If-Match", made.ETag!))).Code
        );
        Assert.Equal(201, (await server.PostAsync("/admin/v1/admin-keys/shade:approve", "{}", "anna", ("If-Match", made.ETag!))).Status);
    }

    [Fact]
    public async Task Key_ThatBearsTheFirstKeysName_IsRefused()
    {
        await using var server = await AdminServer.StartAsync();
        foreach (var (id, person) in new[] { ("bootstrap", "x@hospital.example"), ("x", "Bootstrap ") })
        {
            var made = await server.PostAsync(
                "/admin/v1/admin-keys",
                $$"""{"id":"{{id}}","person":"{{person}}","roles":["operator"]}""",
                "adam"
            );
            Assert.Equal(422, made.Status);
        }

        Assert.Equal(422, (await EditAsync(server, "olga", """{"person":"bootstrap"}""")).Status);
        Assert.Equal(200, (await EditAsync(server, "olga", """{"person":"olga.o@hospital.example"}""")).Status);
    }

    [Fact]
    public async Task Key_ThatOnlyOperates_WorksAtOnce_AndCanBeDisabledByOnePerson()
    {
        await using var server = await AdminServer.StartAsync();
        var made = await server.PostAsync(
            "/admin/v1/admin-keys",
            """{"id":"oscar","person":"oscar@hospital.example","roles":["operator"]}""",
            "adam"
        );

        Assert.Equal(200, await StatusOfAsync(server, (string)made.Json["key"]!));
        Assert.Equal(200, (await EditAsync(server, "arno", """{"disabled":true}""")).Status);
    }

    private static async Task<AdminAnswer> ApproveUseCaseAsync(AdminServer server, string person) =>
        await server.SendAsync(person, "POST", UseCase + ":approve", "{}", ("If-Match", (await server.GetAsync(UseCase)).ETag!));

    private static async Task<AdminAnswer> ClaimAsync(AdminServer server, string parts)
    {
        server.UseKey("claimant", parts);
        return await server.PostAsync("/admin/v1/admin-keys:claim", "{}", "claimant");
    }

    private static async Task<AdminAnswer> EditAsync(AdminServer server, string id, string patch, string person = "adam")
    {
        var path = "/admin/v1/admin-keys/" + id;
        var current = await server.GetAsync(path, "adam");
        return await server.SendAsync(
            person,
            "PATCH",
            path,
            patch,
            ("If-Match", current.ETag!),
            ("Content-Type", "application/merge-patch+json")
        );
    }

    private static async Task<int> StatusOfAsync(AdminServer server, string key)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/admin/v1/clients"));
        request.Headers.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", key);
        using var response = await http.SendAsync(request);
        return (int)response.StatusCode;
    }
}
