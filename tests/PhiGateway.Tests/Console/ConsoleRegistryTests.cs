using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Revocations;
using PhiGateway.Admin.Status;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>What the screens tell of the registry: grants by name, lineage, narrower grants, vendors, whom the search box finds, sessions.</summary>
public sealed class ConsoleRegistryTests
{
    [Fact]
    public async Task Client_OfAnApproval_ShowsItsGrantsByNameAndWhereItComesFrom()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("operator");

        var page = (await browser.GetAsync("/console/clients/acme-connector")).Text;
        Assert.Contains("<code>lab-results/1</code>", page, StringComparison.Ordinal);
        var lineage = page[page.IndexOf("id=\"lineage\"", StringComparison.Ordinal)..];
        string[] chain = ["agreement", "use case", "request", "approval", "credential"];
        var places = chain.Select(word => lineage.IndexOf($"</span>{word}</span>", StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        Assert.Contains("anna@hospital.example", lineage, StringComparison.Ordinal);
        Assert.Contains("counts: of exactly what stands here", lineage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_OfAGrantThatOthersHave_NamesThemByTheirUseCase()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        var mine = RegistryJson.Deserialize<UseCase>(Sample.UseCase);
        var grant = mine.Grants[0];
        (string Id, string Tenant, Grant Grant)[] others =
        [
            ("same", "north", grant),
            ("part", "north", grant with { Interactions = ["read", "create"] }),
            ("wider", "north", grant with { Patients = new PatientScope { Any = true } }),
            ("elsewhere", "south", grant),
            ("other-type", "north", grant with { Types = ["Condition"] }),
        ];
        foreach (var (id, tenant, held) in others)
        {
            var client = new Client
            {
                Id = id + "-client",
                UseCase = id,
                Owner = "mary@hospital.example",
                Deputy = "li@hospital.example",
                Environment = mine.Environment,
                Status = ClientStatus.Active,
            };
            await server.Admin.Store.WriteAsync(
                [
                    new RegistryWrite(
                        RegistryKind.UseCase,
                        id,
                        RegistryJson.Serialize(mine with { Id = id, Tenants = [tenant], Grants = [held] }),
                        0
                    ),
                    new RegistryWrite(RegistryKind.Client, client.Id, RegistryJson.Serialize(client), 0),
                ],
                "system",
                default
            );
        }

        using var browser = await server.SignInAsync("viewer");
        var page = (await browser.GetAsync("/console/clients/acme-connector")).Text;
        var holders = page[page.IndexOf("id=\"holders\"", StringComparison.Ordinal)..];
        holders = Regex.Replace(WebUtility.HtmlDecode(holders[..holders.IndexOf("</dl>", StringComparison.Ordinal)]), "<[^>]+>|\\s+", " ");
        holders = Regex.Replace(holders, " +", " ");
        Assert.Contains("same-client has all of it by same ", holders, StringComparison.Ordinal);
        Assert.Contains("part-client has 1 of 2 elements of it by part ", holders, StringComparison.Ordinal);
        Assert.DoesNotMatch("wider|elsewhere|other-type", holders);
    }

    [Fact]
    public async Task Narrower_OfAClient_ProposesWithItsReplayAndChangesNothing()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("operator");
        var writes = server.Admin.Store.Writes;

        Assert.Contains("/console/clients/acme-connector/narrower", (await browser.GetAsync("/console/clients/acme-connector")).Text);
        var page = await browser.GetAsync("/console/clients/acme-connector/narrower");
        Assert.Equal(200, page.Status);
        Assert.Contains("Granted and not used in 90 days", page.Text, StringComparison.Ordinal);
        Assert.Contains("What would change", page.Text, StringComparison.Ordinal);
        Assert.Contains("the use case itself is in question", page.Text, StringComparison.Ordinal);
        Assert.Equal(writes, server.Admin.Store.Writes);
        Assert.Contains(
            server.Admin.Journal.Records,
            static record => record is { Event: "trail.right-size", Actor: "operator@hospital.example" }
        );
        using var viewer = await server.SignInAsync("viewer");
        Assert.DoesNotContain("/narrower", (await viewer.GetAsync("/console/clients/acme-connector")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Narrower_OfManyRequests_IsMadeBehindThePageAsOneLook()
    {
        await using var server = await ConsoleServer.StartAsync(patience: TimeSpan.Zero);
        await Approvals.OpenAsync(server.Admin);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Admin.Trail.BeforeQuery = _ => gate.Task;
        using var browser = await server.SignInAsync("operator");
        const string Path = "/console/clients/acme-connector/narrower";

        var page = await browser.GetAsync(Path);
        for (var poll = 0; poll < 3; poll++)
        {
            Assert.Equal($"2; url={Path}?again=1", page.Headers["Refresh"]);
            page = await browser.GetAsync(Path + "?again=1");
        }

        gate.SetResult();
        while (!page.Text.Contains("id=\"proposal\"", StringComparison.Ordinal))
        {
            page = await browser.GetAsync(Path + "?again=1");
        }

        Assert.DoesNotContain("Refresh", page.Headers.Keys);
        Assert.Single(server.Admin.Journal.Records, static record => record.Event == "trail.right-size");
    }

    [Fact]
    public async Task Approval_InWords_SaysHowManyPatientsItReaches()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Sample.WriteAsync(server.Admin);
        await server.Admin.Store.PutMembersAsync(
            [.. Enumerable.Range(1, 3).Select(static place => new RosterMember("acme-orders", PatientOf($"p-{place}"), null, null))],
            "feed",
            default
        );
        using var browser = await server.SignInAsync("approver");

        var page = await browser.GetAsync("/console/approvals/acme-connector");
        Assert.Contains("3 patients on roster acme-orders now", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vendor_OfCallsAndAlerts_ShowsThemWithTheirRecords()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        ConsolePageTests.Add(server, "acme-connector", "permit");
        ConsolePageTests.Add(server, "acme-connector", "deny", 1);
        ConsolePageTests.Add(server, "acme-connector", "deny", 2);
        await ConsoleAlertTests.WriteAsync(server, ConsoleAlertTests.Make(server, "odd-1") with { Subject = "client/acme-connector" });
        using var auditor = await server.SignInAsync("auditor");

        var page = WebUtility.HtmlDecode((await auditor.GetAsync("/console/vendors")).Text);
        Assert.Contains("1 allowed", page, StringComparison.Ordinal);
        Assert.Contains("2 refused", page, StringComparison.Ordinal);
        Assert.Matches("href=\"/console/audit\\?from=[^\"]+decision=deny[^\"]*organization=acme\"", page);
        Assert.Contains("href=\"/console/alerts/odd-1\"", page, StringComparison.Ordinal);
        using var viewer = await server.SignInAsync("viewer");
        var plain = (await viewer.GetAsync("/console/vendors")).Text;
        Assert.DoesNotContain("2 refused", plain, StringComparison.Ordinal);
        Assert.Contains("shown to auditors", plain, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vendor_OfACount_LeadsToTheTimeThatWasCounted()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        server.Admin.Time.Now += TimeSpan.FromMinutes(25);
        using var auditor = await server.SignInAsync("auditor");

        var page = WebUtility.HtmlDecode((await auditor.GetAsync("/console/vendors")).Text);
        var look = server.Admin.Journal.Records.Last(static record => record.Event == "audit.count");
        var counted = Regex.Match(look.Note!, "from=([^ ]+)").Groups[1].Value;
        var from = Links.Moment(DateTimeOffset.Parse(counted, CultureInfo.InvariantCulture));
        Assert.Contains($"from={Uri.EscapeDataString(from)}&decision=deny", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vendors_OfMoreThanAPage_AreFoundByNameAndShownToTheEnd()
    {
        await using var server = await ConsoleServer.StartAsync();
        await server.Admin.Store.WriteAsync(
            [
                .. Enumerable
                    .Range(0, 60)
                    .Select(static place => new RegistryWrite(
                        RegistryKind.Organization,
                        $"org-{place:d2}",
                        $$"""{"id":"org-{{place:d2}}","kind":"vendor","name":"House {{place:d2}}"}""",
                        0
                    )),
            ],
            "test",
            default
        );
        using var browser = await server.SignInAsync("viewer");
        var first = (await browser.GetAsync("/console/vendors")).Text;
        Assert.Contains("60 organizations", first, StringComparison.Ordinal);
        Assert.DoesNotContain("House 59", first, StringComparison.Ordinal);
        Assert.Contains("House 59", (await browser.GetAsync("/console/vendors?skip=50")).Text, StringComparison.Ordinal);
        Assert.Contains("1 organization<", (await browser.GetAsync("/console/vendors?q=house%2059")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vendors_WhoseAgreementEndsFirst_StandFirst()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Sample.WriteAsync(server.Admin);
        foreach (var (id, name, end) in new[] { ("late", "Aaa Late", "2028-01-01"), ("soon", "Zzz Soon", "2026-06-01") })
        {
            await server.Admin.Store.WriteAsync(
                [
                    new RegistryWrite(RegistryKind.Organization, id, $$"""{"id":"{{id}}","kind":"vendor","name":"{{name}}"}""", 0),
                    new RegistryWrite(
                        RegistryKind.Agreement,
                        id,
                        $$"""{"id":"{{id}}","kind":"baa","organization":"{{id}}","effective":"2025-01-01","expires":"{{end}}"}""",
                        0
                    ),
                    new RegistryWrite(
                        RegistryKind.UseCase,
                        id,
                        (await server.Admin.Store.FindAsync(RegistryKind.UseCase, "lab-results", default))!
                            .Json.Replace("\"lab-results\"", $"\"{id}\"", StringComparison.Ordinal)
                            .Replace("\"acme\"", $"\"{id}\"", StringComparison.Ordinal)
                            .Replace("\"baa-1\"", $"\"{id}\"", StringComparison.Ordinal),
                        0
                    ),
                ],
                "test",
                default
            );
        }

        using var browser = await server.SignInAsync("viewer");
        var page = (await browser.GetAsync("/console/vendors")).Text;
        int[] places =
        [
            .. ((string[])["Zzz Soon", "Acme Laboratories", "Aaa Late"]).Select(name => page.IndexOf(name, StringComparison.Ordinal)),
        ];
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [Fact]
    public async Task Sessions_OfAPersonWhoHasLeft_EndAtOnceAndOnRecord()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var gone = await server.SignInAsync("auditor");
        using var other = await server.SignInAsync("viewer");
        using var admin = await server.SignInAsync("admin");
        server.Admin.Time.Now += TimeSpan.FromSeconds(2);

        const string Page = "/console/settings";
        var refused = await other.SubmitAsync(Page, Page + "/end-sessions", ("person", "auditor@hospital.example"), ("reason", "left"));
        Assert.Equal(403, refused.Status);
        var ended = await admin.SubmitAsync(Page, Page + "/end-sessions", ("person", "Auditor@Hospital.example"), ("reason", "left"));
        Assert.Equal(303, ended.Status);
        Assert.Contains("1 session on this node", (await admin.GetAsync(Page)).Text, StringComparison.Ordinal);
        Assert.Equal(303, (await gone.GetAsync("/console/now")).Status);
        Assert.Equal(200, (await other.GetAsync("/console/now")).Status);
        Assert.Contains(
            server.Admin.Journal.Records,
            static record => record is { Event: "revocation.create", Actor: "admin@hospital.example" }
        );

        // Whoever still has a role signs in anew.
        server.Admin.Time.Now += TimeSpan.FromSeconds(2);
        await gone.SignInAsync("auditor");
        Assert.Equal(200, (await gone.GetAsync("/console/now")).Status);
    }

    [Fact]
    public async Task Sessions_RevokedOnAnotherNode_EndHereToo()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var gone = await server.SignInAsync("auditor");
        using var other = await server.SignInAsync("viewer");
        server.Admin.Time.Now += TimeSpan.FromSeconds(2);

        var body = $$"""{"target":"subject","value":"auditor@hospital.example","issuer":"{{PersonSessions.Issuer}}","reason":"left"}""";
        Assert.True((await server.Admin.PostAsync("/admin/v1/revocations", body)).Status is 200 or 201);
        Assert.Equal(303, (await gone.GetAsync("/console/now")).Status);
        Assert.Equal(200, (await other.GetAsync("/console/now")).Status);
    }

    [Fact]
    public async Task Now_OfEveryNode_ShowsTheAgeOfItsSnapshotAndItsLag()
    {
        await using var server = await ConsoleServer.StartAsync();
        var now = server.Admin.Time.Now;
        server.Admin.Store.Nodes.Add(new NodeStatus("gw-1", 0, now, null, now.AddMinutes(-7), 4321));
        server.Admin.Store.Nodes.Add(new NodeStatus("gw-old", 0, now, null));
        using var browser = await server.SignInAsync("viewer");

        var page = (await browser.GetAsync("/console/now")).Text;
        Assert.Contains("confirmed 7 min ago", page, StringComparison.Ordinal);
        Assert.Contains("4,321 records", page, StringComparison.Ordinal);
        Assert.Contains("not known", page, StringComparison.Ordinal);
        var nodes = (await server.Admin.GetAsync("/admin/v1/config/nodes")).Json["nodes"]!.AsArray();
        Assert.Equal(4321, (long)nodes[0]!["unshipped"]!);
    }

    [Fact]
    public async Task Trust_OfANode_ShowsWhoElseWatchesTheTrail()
    {
        await using var server = await ConsoleServer.StartAsync(more: static services => services.AddSingleton<INodeHealth>(new Health()));
        using var browser = await server.SignInAsync("viewer");

        var page = (await browser.GetAsync("/console/trust")).Text;
        Assert.Contains("1 contradiction", page, StringComparison.Ordinal);
        Assert.Contains("Witness w-2 does not cosign", page, StringComparison.Ordinal);
        Assert.Contains("Sink siem does not take records", page, StringComparison.Ordinal);
        Assert.Contains("1,234 to send", page, StringComparison.Ordinal);
        Assert.Contains("the oldest record to send is 3 hours old", page, StringComparison.Ordinal);
    }

    private static PhiGateway.Policy.Vocabulary.PatientId PatientOf(string id) =>
        PhiGateway.Policy.Vocabulary.PatientId.TryParse(id, out var patient) ? patient : throw new FormatException();

    private sealed class Health : INodeHealth
    {
        public NodeHealth Get() => new("node", 1, null, "database", null, 0);

        public TrustHealth GetTrust() =>
            new(
                new VerifierHealth(5000, DateTimeOffset.UnixEpoch, ["row-changed"], null),
                [new WitnessHealth("w-1", 4999, DateTimeOffset.UnixEpoch, null), new WitnessHealth("w-2", -1, null, "does not answer")],
                [new SinkHealth("siem", 1234, TimeSpan.FromHours(3), "connection refused")]
            );
    }
}
