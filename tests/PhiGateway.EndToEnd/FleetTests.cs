using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>
/// Several nodes on one registry: what is revoked is revoked everywhere, and no node is led back to what it once enforced.
/// </summary>
public sealed class FleetTests(FleetWorld world) : IClassFixture<FleetWorld>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Revoke_EveryKind_IsInForceOnEveryNodeAndLiftedOnEvery(bool notified)
    {
        await world.ExecuteAsync($"ALTER TABLE registry_revision {(notified ? "ENABLE" : "DISABLE")} TRIGGER USER");
        var token = await world.TokenAsync(world.Lab);
        var claims = JsonNode.Parse(Base64Url(token.Split('.')[1]))!;
        var kinds = new (string Target, string? Value)[]
        {
            ("client", world.Lab.ClientId),
            ("credential", $"{world.Lab.ClientId}-oidc"),
            ("token", (string)claims["jti"]!),
            ("token-hash", Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token)))),
            ("organization", "acme-lab"),
            ("use-case", "lab-results"),
            ("tenant", "north"),
            ("issuer", "hospital-idp"),
            ("issued-before", null),
        };
        foreach (var (target, value) in kinds)
        {
            await EverywhereAsync(token, static reply => reply.Status == HttpStatusCode.OK);
            // Whoever revokes does not lift.
            var written = await world.Mary.PostAsync(
                "revocations",
                new
                {
                    target,
                    value,
                    reason = "measured",
                }
            );

            var refusals = await EverywhereAsync(token, static reply => reply.Status != HttpStatusCode.OK);

            Assert.All(
                refusals,
                reply => Assert.True(reply.Status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized, $"{target}: {reply.Status}")
            );
            Assert.All(refusals, reply => Assert.Contains(reply.Code, (string[])["revoked", "token-revoked", "token-issued-before"]));
            await world.Wei.PostAsync($"revocations/{(string)written["id"]!}:lift", new { reason = "measured" });
        }

        await EverywhereAsync(token, static reply => reply.Status == HttpStatusCode.OK);
        await world.ExecuteAsync("ALTER TABLE registry_revision ENABLE TRIGGER USER");
    }

    [Fact]
    public async Task Node_RegistryAwayPastTheMaximumAge_ClosesAndOpensAgain()
    {
        var token = await world.TokenAsync(world.Lab);
        await using var node = world.PrepareNode("gw-short", TimeSpan.FromSeconds(5));
        await node.StartAsync();
        await world.UntilAsync(node, token, static reply => reply.Status == HttpStatusCode.OK);

        await world.WithoutDatabaseAsync(async () =>
        {
            var closed = await world.UntilAsync(node, token, static reply => reply.Status != HttpStatusCode.OK);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, closed.Status);
            Assert.Equal("snapshot-too-old", closed.Code);
            Assert.Contains("access is closed", await FleetWorld.ReadinessOfAsync(node));

            // The others may still serve from what they have.
            Assert.Equal(HttpStatusCode.OK, (await world.GetFromAsync(world.Nodes[1], "/Patient/f001", token)).Status);
        });

        await world.UntilAsync(node, token, static reply => reply.Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Node_StartedWithoutItsRegistry_TakesOnlyItsOwnNewestFile()
    {
        var token = await world.TokenAsync(world.Ward);
        await using var node = world.PrepareNode("gw-cold");
        var file = Path.Combine(world.Folder, "gw-cold", "registry.last-good");
        await node.StartAsync();
        await world.UntilAsync(node, token, static reply => reply.Status == HttpStatusCode.OK);
        var older = (await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(file + ".changes"));
        var written = await world.Mary.PostAsync(
            "revocations",
            new
            {
                target = "client",
                value = world.Ward.ClientId,
                reason = "contract ended",
            }
        );
        await world.UntilAsync(node, token, static reply => reply.Code == "revoked");

        // The first refusal may be of a call that began under the revision before; this one is on record under the new one.
        Assert.Equal("revoked", (await world.GetFromAsync(node, "/Patient/f001", token)).Code);
        await node.StopAsync();
        var newest = (await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(file + ".changes"));
        await world.WithoutDatabaseAsync(async () =>
        {
            // 1. A file from before the revocation.
            await StartWithAsync(older);
            Assert.Equal("snapshot-too-old", (await world.GetFromAsync(node, "/Patient/f001", token)).Code);
            Assert.Contains("which this node has enforced", await FleetWorld.ReadinessOfAsync(node));
            await node.StopAsync();

            // 2. One that somebody edited.
            var edited = newest.Item1.ToArray();
            edited[^30] ^= 1;
            await StartWithAsync((edited, newest.Item2));
            Assert.Equal("snapshot-too-old", (await world.GetFromAsync(node, "/Patient/f001", token)).Code);
            Assert.Contains("not what this node wrote", await FleetWorld.ReadinessOfAsync(node));
            await node.StopAsync();

            // 3. Its own: what was revoked is revoked, what was open is open.
            await StartWithAsync(newest);
            Assert.Equal("revoked", (await world.GetFromAsync(node, "/Patient/f001", token)).Code);
            Assert.Equal(HttpStatusCode.OK, (await world.GetFromAsync(node, "/Patient/f001", await world.TokenAsync(world.Lab))).Status);
        });

        await world.Wei.PostAsync($"revocations/{(string)written["id"]!}:lift", new { reason = "measured" });
        await world.UntilAsync(node, token, static reply => reply.Status == HttpStatusCode.OK);

        async Task StartWithAsync((byte[] Whole, byte[] Changes) kept)
        {
            await File.WriteAllBytesAsync(file, kept.Whole);
            await File.WriteAllBytesAsync(file + ".changes", kept.Changes);
            await node.StartAsync(untilReady: false);
        }
    }

    [Fact]
    public async Task Registry_RowThatCannotBeRead_ClosesWhatDependsOnItAndNothingElse()
    {
        var lab = await world.TokenAsync(world.Lab);
        var ward = await world.TokenAsync(world.Ward);
        await world.ExecuteAsync("CREATE TABLE kept AS SELECT json FROM documents WHERE id = 'ward-charting'");
        await ReplaceAsync("'{\"id\":\"ward-charting\",\"grants\":[{\"types\":[\"Pat'");

        Assert.All(
            await EverywhereAsync(ward, static reply => reply.Status != HttpStatusCode.OK),
            static reply => Assert.Equal(HttpStatusCode.Forbidden, reply.Status)
        );
        Assert.All(await EverywhereAsync(lab, static _ => true), static reply => Assert.Equal(HttpStatusCode.OK, reply.Status));
        Assert.DoesNotContain(", 0 registry problems", await FleetWorld.ReadinessOfAsync(world.Nodes[1]));

        await ReplaceAsync("(SELECT json FROM kept)");
        await EverywhereAsync(ward, static reply => reply.Status == HttpStatusCode.OK);

        Task ReplaceAsync(string json) =>
            world.ExecuteAsync(
                $"""
                UPDATE registry_revision SET revision = revision + 1, changed_at = clock_timestamp();
                UPDATE documents SET json = {json}, version = version + 1, revision = (SELECT revision FROM registry_revision) WHERE id = 'ward-charting';
                """
            );
    }

    // A shadow that would deny everything: no answer changes, and each node counts what all of them let out.
    [Fact]
    public async Task Shadow_OnLiveTraffic_CountsOnEveryNodeAndChangesNoAnswer()
    {
        var token = await world.TokenAsync(world.Ward);
        await EverywhereAsync(token, static reply => reply.Status == HttpStatusCode.OK);
        var grants = (await world.Mary.GetAsync("use-cases/ward-charting"))["grants"]!.DeepClone();
        grants[0]!["types"] = new JsonArray("Encounter");
        var started = await world.Mary.PostAsync(
            "./shadows:start",
            new
            {
                use_case = "ward-charting",
                until = DateTimeOffset.UtcNow.AddDays(1),
                reason = "measured",
                grants,
            }
        );
        var id = (string)started["shadow"]!["id"]!;
        foreach (var node in world.Nodes)
        {
            for (var i = 0; i < 5; i++)
            {
                Assert.Equal(HttpStatusCode.OK, (await world.GetFromAsync(node, "/Patient/f001", token)).Status);
            }
        }

        foreach (var node in world.Nodes)
        {
            using var mary = world.Mary.At(node.Admin);
            JsonNode? counts = null;
            while (counts is null || (int)counts["would_be_denied"]! < 15)
            {
                await Task.Delay(200, TestContext.Current.CancellationToken);
                counts = (await mary.GetAsync("shadows/" + id))["counts"];
            }

            var row = Assert.Single(counts["changes"]!.AsArray())!;
            Assert.Equal(("ward-app", "permit", 15), ((string)row["client"]!, (string)row["was"]!, (int)row["count"]!));
            Assert.Equal(0, (int)counts["would_be_permitted"]!);
        }

        await world.Mary.PostAsync($"shadows/{id}:end", new { });
    }

    private Task<Reply[]> EverywhereAsync(string token, Func<Reply, bool> expected) =>
        Task.WhenAll(world.Nodes.Select(node => world.UntilAsync(node, token, expected)));

    private static string Base64Url(string text)
    {
        var plain = text.Replace('-', '+').Replace('_', '/');
        return Encoding.UTF8.GetString(Convert.FromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '=')));
    }
}
