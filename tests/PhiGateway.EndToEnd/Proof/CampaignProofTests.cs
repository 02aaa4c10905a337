using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd.Proof;

/// <summary>What an access review decided and came to is verified by somebody else, with a shell and OpenSSL.</summary>
public sealed class CampaignProofTests(ProofWorld world) : IClassFixture<ProofWorld>
{
    private const string Spare = "spare-connector";

    [Fact]
    public async Task Campaign_DecidedAndApplied_IsProvenWithAShellAndOpenSsl()
    {
        await world.AdmitSpareAsync(Spare);
        var due = DateOnly
            .FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(30))
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string[] reviewers = ["mary.smith@hospital.example"];
        var review = new
        {
            id = "proven",
            title = "Vendors, proven",
            due,
            reviewers,
        };
        await world.Mary.PostAsync("/admin/v1/campaigns:start", review);
        var decision = new { decision = "remove", reason = "the project ended" };
        await world.Mary.PostAsync($"/admin/v1/campaign-items/proven.{Spare}:decide", decision);
        var applied = await world.Wei.PostAsync("/admin/v1/campaigns/proven:apply");
        Assert.Equal("removed", (string?)applied["applied"]![0]!["outcome"]);
        Assert.Equal("revoked", (string)(await world.Mary.GetAsync("clients/" + Spare))["status"]!);

        var folder = Directory.CreateDirectory(Path.Combine(world.Folder, "campaign")).FullName;
        await UnpackAsync(folder);
        var key = (await ReadAsync(folder, "vkey")).Trim();
        Assert.Equal(0, await ShellAsync(Path.Combine(folder, "verify.sh"), key));
        Assert.NotEqual(
            0,
            await ShellAsync(Path.Combine(folder, "verify.sh"), key.Replace("gw-test", "gw-other", StringComparison.Ordinal))
        );
        Assert.Contains("Vendors, proven", await ReadAsync(folder, "campaign.json"), StringComparison.Ordinal);
        Assert.Contains("removed", await ReadAsync(folder, "items", $"proven.{Spare}.json"), StringComparison.Ordinal);
        var records = Directory
            .GetFiles(Path.Combine(folder, "records"), "body.json", SearchOption.AllDirectories)
            .Select(File.ReadAllText);
        Assert.Contains(records, static record => record.Contains("the project ended", StringComparison.Ordinal));
    }

    private static Task<string> ReadAsync(params string[] parts) =>
        File.ReadAllTextAsync(Path.Combine(parts), TestContext.Current.CancellationToken);

    private static async Task<int> ShellAsync(string script, string key)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", [script, key]) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    // Asked for until a checkpoint covers every record.
    private async Task UnpackAsync(string folder)
    {
        while (true)
        {
            var (status, body) = await world.Wei.TryAsync(HttpMethod.Get, "/admin/v1/campaigns/proven/evidence");
            if (status == HttpStatusCode.OK)
            {
                foreach (var file in JsonNode.Parse(body)!["files"]!.AsArray())
                {
                    var place = Path.Combine(folder, (string)file!["name"]!);
                    Directory.CreateDirectory(Path.GetDirectoryName(place)!);
                    await File.WriteAllBytesAsync(place, Convert.FromBase64String((string)file["content"]!));
                }

                return;
            }

            Assert.Equal((HttpStatusCode.Conflict, "not-under-checkpoint"), (status, (string?)JsonNode.Parse(body)!["code"]));
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
