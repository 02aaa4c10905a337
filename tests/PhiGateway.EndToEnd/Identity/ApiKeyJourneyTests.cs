using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd.Identity;

/// <summary>A client that has nothing but a key, on a node that takes keys.</summary>
public sealed class ApiKeyJourneyTests(ApiKeyJourneyTests.KeyWorld world) : IClassFixture<ApiKeyJourneyTests.KeyWorld>
{
    [Fact]
    public async Task Key_RegisteredApprovedRotatedAndRevoked_IsTakenWhileItIsGood()
    {
        var (first, second) = (NewKey(), NewKey());
        await world.AdmitKeyAsync("old-analyzer", "analyzer-1", first, "127.0.0.0/8");

        var read = await world.UntilAsync(first, static reply => reply.Status == HttpStatusCode.OK);
        var record = (await world.TrailAsync(read.DecisionId))[0];
        Assert.Equal(("old-analyzer", "api-key"), ((string?)record["client"], (string?)record["binding"]));
        Assert.Equal("registry", (string?)record["purposeFrom"]);
        Assert.DoesNotContain(first, record.ToJsonString(), StringComparison.Ordinal);

        // Another key, and one that nobody registered.
        Assert.Equal("invalid-token", (await world.GetAsync("/Patient/f001", second)).Code);

        // A new key beside the old one lets nobody in before a second person has approved it.
        await world.Mary.PostAsync(
            "clients/old-analyzer:rotate",
            new { credential = KeyWorld.Document("analyzer-2", "old-analyzer", second) }
        );
        await world.UntilAsync(second, static reply => reply.Code == "approval-stale");
        await world.ApproveAsync("old-analyzer");
        await world.UntilAsync(second, static reply => reply.Status == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", first)).Status);

        // Nor does one that the gateway makes, and shows once.
        var issued = await world.Mary.PostAsync(
            "clients/old-analyzer:issue-key",
            new
            {
                id = "analyzer-3",
                expires = "2099-01-01",
                replaces = "analyzer-2",
            }
        );
        await world.UntilAsync((string)issued["key"]!, static reply => reply.Code == "approval-stale");
        await world.ApproveAsync("old-analyzer");
        await world.UntilAsync((string)issued["key"]!, static reply => reply.Status == HttpStatusCode.OK);

        await world.Mary.PostAsync(
            "revocations",
            new
            {
                target = "credential",
                value = "analyzer-1",
                reason = "found in a repository",
            }
        );
        await world.UntilAsync(first, static reply => reply.Code == "revoked");
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", second)).Status);
    }

    [Fact]
    public async Task Key_OfAClientInAnotherNetwork_IsRefused()
    {
        var key = NewKey();
        await world.AdmitKeyAsync("far-analyzer", "far-1", key, "203.0.113.0/24");

        Assert.Equal(HttpStatusCode.Forbidden, (await world.UntilAsync(key, static reply => reply.Code == "wrong-network")).Status);
    }

    private static string NewKey() => "phik_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>A node that takes keys.</summary>
    public sealed class KeyWorld : GatewayWorld
    {
        private protected override string Provider => "Sqlite";

        private protected override void Shape(JsonObject configuration) => configuration["PhiGateway"]!["ApiKeys"] = true;

        internal static object Document(string id, string client, string key) =>
            new
            {
                id,
                client,
                kind = "api-key",
                keyHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key))),
                expires = DateTime.UtcNow.AddDays(90).ToString("yyyy-MM-dd"),
            };

        /// <summary>Registers a client with a key, as one does, and has it approved, as another does.</summary>
        internal async Task AdmitKeyAsync(string client, string id, string key, string network)
        {
            await Mary.CreateAsync(
                "clients",
                new
                {
                    id = client,
                    useCase = "ward-charting",
                    owner = "mary.smith@hospital.example",
                    environment = "production",
                    networks = new[] { network },
                }
            );
            await Mary.CreateAsync("credentials", Document(id, client, key));
            await Mary.PostAsync($"clients/{client}:attest");
            await Mary.PostAsync($"clients/{client}:submit");
            await ApproveAsync(client);
        }

        /// <summary>Approves what a client is now, as somebody who changed nothing of it.</summary>
        internal async Task ApproveAsync(string client)
        {
            var posture = await Wei.GetAsync($"clients/{client}/posture");
            await Wei.PostAsync($"clients/{client}:approve", new { fingerprint = posture["fingerprint"]!.GetValue<string>() });
        }

        /// <summary>Asks until the node has learned of a change.</summary>
        internal async Task<Reply> UntilAsync(string key, Func<Reply, bool> expected)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (true)
            {
                var reply = await GetAsync("/Patient/f001", key);
                if (expected(reply))
                {
                    return reply;
                }

                await Task.Delay(20, patience.Token);
            }
        }
    }
}
