using System.Text.Json.Nodes;
using PhiGateway.Admin.Configuration;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>
/// No sequence of acts of one person with every role there is opens a path that was shut, whatever keys that person makes for whomever.
/// </summary>
public sealed class OnePersonTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string UseCase = "/admin/v1/use-cases/lab-results";
    private const string Roster = "/admin/v1/rosters/acme-orders/members";

    public static TheoryData<int, int> Seeds
    {
        get
        {
            var data = new TheoryData<int, int>();
            for (var closer = 0; closer < 15; closer++)
            {
                data.Add(closer, closer + 1);
                data.Add(new TheoryDataRow<int, int>(closer, closer + 101).WithTrait("Size", "Large"));
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Acts_OfOnePersonWithEveryRoleAndKeysOfTheirMaking_OpenNoPathThatWasShut(int closer, int seed)
    {
        await using var server = await AdminServer.StartAsync(static options =>
            options.RosterGrowth = new RosterGrowthRules(1000, 50, MostAlone: 3)
        );
        await server.AddKeyAsync("mona", "viewer", "auditor", "operator", "approver", "admin");
        await Approvals.OpenAsync(server);
        await CloseAsync(server, closer);
        Assert.False(await IsOpenAsync(server));
        server.Time.Now = server.Time.Now.AddDays(1);

        var run = new Run(server, new Random(seed));
        for (var step = 0; step < 40; step++)
        {
            await run.StepAsync(step);
            Assert.False(await IsOpenAsync(server), string.Join(", ", run.Said));
        }

        // The twin: another person opens it, where it can be opened at all.
        Assert.Contains(run.Said, static said => said.EndsWith(" 200", StringComparison.Ordinal));
    }

    // What another person shut by revocation or suspension, an approver opens: those are two. So here it is the one person's own.
    internal static Task CloseAsync(AdminServer server, int closer) =>
        closer switch
        {
            0 => server.PostAsync("/admin/v1/revocations", """{"target":"client","value":"acme-connector","reason":"r"}""", "mona"),
            1 => server.PostAsync("/admin/v1/revocations", """{"target":"organization","value":"acme","reason":"r"}""", "mona"),
            2 => server.PostAsync("/admin/v1/revocations", """{"target":"use-case","value":"lab-results","reason":"r"}""", "mona"),
            3 => server.PostAsync(Client + ":suspend", """{"reason":"r"}""", "mona"),
            4 => server.PatchAsync(UseCase, """{"legalBasis":"other"}""", "mona"),
            5 => server.PatchAsync("/admin/v1/agreements/baa-1", """{"terminated":true}""", "mona"),
            7 => ByGhostAsync(server, "/admin/v1/revocations", """{"target":"client","value":"acme-connector","reason":"r"}"""),
            8 => ByGhostAsync(server, "/admin/v1/revocations", """{"target":"organization","value":"acme","reason":"r"}"""),
            10 => server.PostAsync("/admin/v1/revocations", """{"target":"credential","value":"acme-oidc","reason":"r"}""", "mona"),
            9 => ByGhostAsync(server, Client + ":suspend", """{"reason":"r"}"""),
            11 => server.PostAsync(Client + ":quarantine", """{"reason":"r"}""", "mona"),
            12 => server.PostAsync("/admin/v1/organizations/acme:offboard", """{"stage":"suspend","reason":"r"}""", "mona"),
            13 => server.PostAsync("/admin/v1/owners/mary@hospital.example:left", """{"reason":"r"}""", "mona"),
            14 => server.PostAsync(
                "/admin/v1/reviews",
                """{"id":"gone","client":"acme-connector","on":"2026-05-01","decision":"remove"}""",
                "mona"
            ),
            _ => GrowAsync(server),
        };

    // By a key that she made and knows, for another name.
    private static async Task ByGhostAsync(AdminServer server, string path, string body)
    {
        await server.MakeKeyAsync("mona", "ghost", "operator");
        await server.PostAsync(path, body, "ghost");
    }

    private static async Task GrowAsync(AdminServer server)
    {
        for (var i = 0; i < 5; i++)
        {
            await server.SendAsync("mona", "PUT", $"{Roster}/m-{i}", "{}");
        }
    }

    private static async Task<bool> IsOpenAsync(AdminServer server) =>
        (bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!;

    /// <summary>One person's acts, under every key that this person can get hold of.</summary>
    private sealed class Run(AdminServer server, Random chance)
    {
        private readonly List<string> _keys = ["mona"];

        public List<string> Said { get; } = [];

        public async Task StepAsync(int step)
        {
            var who = _keys[chance.Next(_keys.Count)];
            var acts = Acts(step, who);
            var (name, act) = acts[chance.Next(acts.Count)];
            Said.Add($"{who} {name} {(await act())?.Status}");
        }

        private List<(string Name, Func<Task<AdminAnswer?>> Act)> Acts(int step, string who)
        {
            async Task<AdminAnswer?> Post(string path, string body) => await server.PostAsync(path, body, who);
            async Task<AdminAnswer?> Patch(string path, string body, string query = "")
            {
                var tag = (await server.GetAsync(path)).ETag;
                return tag is null
                    ? null
                    : await server.SendAsync(
                        who,
                        "PATCH",
                        path + query,
                        body,
                        ("If-Match", tag),
                        ("Content-Type", "application/merge-patch+json")
                    );
            }

            return
            [
                ("lift", LiftAsync),
                ("lift", LiftAsync),
                ("resume", () => Post(Client + ":resume", "{}")),
                ("attest", () => Post(Client + ":attest", "{}")),
                ("submit", () => Post(Client + ":submit", "{}")),
                ("approve", async () => await Approvals.ApproveAsAsync(server, who)),
                ("approve", async () => await Approvals.ApproveAsAsync(server, who)),
                ("approve use case", () => ApproveUseCaseAsync(who)),
                ("basis back", () => Patch(UseCase, """{"legalBasis":"treatment"}""")),
                ("narrow, carried", () => Patch(UseCase, """{"expires":"2026-12-30"}""", "?carry_approval=true")),
                ("basis, carried", () => Patch(UseCase, """{"legalBasis":"treatment"}""", "?carry_approval=true")),
                ("agreement back", () => Patch("/admin/v1/agreements/baa-1", """{"terminated":false}""")),
                ("revoke", () => Post("/admin/v1/revocations", """{"target":"client","value":"acme-connector","reason":"r"}""")),
                ("suspend", () => Post(Client + ":suspend", """{"reason":"r"}""")),
                ("member", async () => await server.SendAsync(who, "PUT", $"{Roster}/p-{step}", "{}")),
                ("rotate", () => Post(Client + ":rotate", Rotation(step, "acme-oidc"))),
                ("rotate again", () => Post(Client + ":rotate", Rotation(step, null))),
                ("key's person", () => RenameAsync(who, step)),
                ("key", () => MakeAsync(who, $"g{step}", "operator", "admin")),
                ("approver's key", () => MakeAsync(who, $"g{step}", "approver", "operator")),
                ("release", () => ReleaseAsync(who)),
                ("organization back", () => Patch("/admin/v1/organizations/acme", """{"status":"active"}""")),
                (
                    "longer",
                    () => Patch("/admin/v1/agreements/baa-1", """{"terminated":false,"expires":"2027-06-01"}""", "?carry_approval=true")
                ),
                ("review", () => Post("/admin/v1/reviews", $$"""{"id":"v{{step}}","client":"acme-connector","on":"2026-05-02"}""")),
                ("no review", () => DeleteAsync(who, "/admin/v1/reviews/gone")),
                ("credential away", () => DeleteAsync(who, "/admin/v1/credentials/acme-oidc")),
                ("credential again", () => Post("/admin/v1/credentials", Sample.Credential)),
                ("file", () => ApplyAsync(who)),
                ("owner", () => Patch(Client, """{"owner":"zoe@hospital.example"}""")),
                ("task", () => Post("/admin/v1/task-grants", Task(step))),
                ("alert away", () => AlertAwayAsync(who)),
            ];

            async Task<AdminAnswer?> LiftAsync()
            {
                var rows = (await server.GetAsync("/admin/v1/revocations")).Json["items"]!.AsArray();
                return rows.LastOrDefault(static row => (bool?)row!["lifted"] != true) is { } row
                    ? await Post($"/admin/v1/revocations/{row["id"]}:lift", """{"reason":"mistake"}""")
                    : null;
            }
        }

        // The same identity under another id, so that no revocation of the first names it.
        private static string Rotation(int step, string? replaces)
        {
            var named = replaces is null ? string.Empty : $", \"replaces\": \"{replaces}\"";
            return $$"""{"credential":{"id":"r-{{step}}","issuer":"hospital-idp","clientId":"acme-connector"}{{named}},"overlap_hours":1}""";
        }

        private static string Task(int step) =>
            $$"""{"id":"t{{step}}","client":"acme-connector","patient":"p","workflow":"w","expires":"2026-06-01T00:00:00Z"}""";

        private async Task<AdminAnswer?> DeleteAsync(string who, string path)
        {
            var current = await server.GetAsync(path);
            return current.Status == 404 ? null : await server.SendAsync(who, "DELETE", path, null, ("If-Match", current.ETag!));
        }

        private async Task<AdminAnswer?> AlertAwayAsync(string who)
        {
            var alerts = (await server.GetAsync("/admin/v1/alerts")).Json["items"]!.AsArray();
            if (alerts.LastOrDefault() is not { } alert)
            {
                return null;
            }

            await server.PostAsync($"/admin/v1/alerts/{alert["id"]}:close", """{"reason":"r"}""", who);
            return await DeleteAsync(who, $"/admin/v1/alerts/{alert["id"]}");
        }

        // The registry as a file, with every state in it as it was when the path was open.
        private async Task<AdminAnswer?> ApplyAsync(string who)
        {
            var export = await server.SendAsync(who, "GET", "/admin/v1/config:export", null, ("Accept", "application/yaml"));
            if (export.Status != 200)
            {
                return export;
            }

            var text = export
                .Text.Replace("status: suspended", "status: active", StringComparison.Ordinal)
                .Replace("terminated: true", "terminated: false", StringComparison.Ordinal)
                .Replace("legalBasis: other", "legalBasis: treatment", StringComparison.Ordinal);
            return await server.SendAsync(
                who,
                "POST",
                "/admin/v1/config:apply",
                text,
                ("Content-Type", "application/yaml"),
                ("If-Match", export.ETag!)
            );
        }

        private async Task<AdminAnswer?> ApproveUseCaseAsync(string who) =>
            await server.SendAsync(who, "POST", UseCase + ":approve", "{}", ("If-Match", (await server.GetAsync(UseCase)).ETag!));

        private async Task<AdminAnswer?> MakeAsync(string who, string id, params string[] roles)
        {
            var body = new JsonObject
            {
                ["id"] = id,
                ["person"] = id + "@hospital.example",
                ["roles"] = new JsonArray([.. roles.Select(static role => (JsonNode)role)]),
            };
            var made = await server.PostAsync("/admin/v1/admin-keys", body.ToJsonString(), who);
            if (made.Status == 201 && (made.Json["key"] ?? made.Json["key_part"]) is { } secret)
            {
                server.UseKey(id, (string)secret!);
                if (made.Json["key"] is not null)
                {
                    _keys.Add(id);
                }
            }

            return made;
        }

        private async Task<AdminAnswer?> RenameAsync(string who, int step)
        {
            var path = "/admin/v1/admin-keys/" + _keys[^1];
            var tag = (await server.GetAsync(path, "mona")).ETag!;
            var body = $$"""{"person":"n{{step}}@hospital.example"}""";
            (string, string)[] headers = [("If-Match", tag), ("Content-Type", "application/merge-patch+json")];
            return await server.SendAsync(who, "PATCH", path, body, headers);
        }

        private async Task<AdminAnswer?> ReleaseAsync(string who)
        {
            var keys = (await server.GetAsync("/admin/v1/admin-keys?limit=500", "mona")).Json["items"]!.AsArray();
            if (keys.LastOrDefault(static key => (bool?)key!["disabled"] == true) is not { } key)
            {
                return null;
            }

            var id = (string)key["id"]!;
            var tag = $"\"{key["meta"]!["version"]}\"";
            var released = await server.PostAsync($"/admin/v1/admin-keys/{id}:approve", "{}", who, ("If-Match", tag));
            if (released.Status == 201)
            {
                server.UseKey(id, $"{server.KeyOf(id)}.{released.Json["key_part"]}");
                var claimed = await server.PostAsync("/admin/v1/admin-keys:claim", "{}", id);
                server.UseKey(id, (string)claimed.Json["key"]!);
                _keys.Add(id);
            }

            return released;
        }
    }
}
