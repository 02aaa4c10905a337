using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using PhiGateway.Cli;
using PhiGateway.EndToEnd.Faults;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Evidence;
using Xunit;

namespace PhiGateway.EndToEnd.Proof;

/// <summary>
/// A running node's trail is verified by its own command, by phigw from copies and by a shell; then somebody edits the store, which is what
/// log-contradicts.md is for.
/// </summary>
public sealed class ProvenTrailTests(ProofWorld world, SumDatabase go) : IClassFixture<ProofWorld>
{
    [Fact]
    public async Task Trail_EditedInTheStore_IsNamedByEveryVerifier()
    {
        var reply = await world.GetAsync("/Patient/f001", await world.TokenAsync(world.Lab));
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        await world.TrailAsync(reply.DecisionId);

        // 1. One access, proven with a shell and OpenSSL.
        var folder = Directory.CreateDirectory(Path.Combine(world.Folder, "evidence")).FullName;
        var key = await UnpackAsync(reply.DecisionId, folder);
        Assert.Equal(0, await ShellAsync(Path.Combine(folder, "verify.sh"), key));
        Assert.NotEqual(
            0,
            await ShellAsync(Path.Combine(folder, "verify.sh"), key.Replace("gw-test", "gw-other", StringComparison.Ordinal))
        );

        // 2. Everything, while the node runs.
        var (code, words) = await VerifyAsync();
        Assert.True(code == 0, words);
        Assert.Equal((0, ""), await PhigwAsync(key));
        Assert.True(await ProofIsGoodAsync());

        // 3. Somebody changes whose record it was.
        await using var connection = new NpgsqlConnection(await File.ReadAllTextAsync(Path.Combine(world.Folder, "audit.connection")));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var edit = new NpgsqlCommand(
            "UPDATE audit_event SET body = convert_to(replace(convert_from(body, 'UTF8'), 'f001', 'f002'), 'UTF8') WHERE id = @id",
            connection
        );
        edit.Parameters.AddWithValue("id", Guid.Parse(reply.DecisionId));
        Assert.Equal(1, await edit.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        (code, words) = await VerifyAsync();
        Assert.Equal(1, code);
        Assert.Contains("store-record-edited", words, StringComparison.Ordinal);
        var (told, found) = await PhigwAsync(key);
        Assert.Equal((1, true), (told, found.Contains("store-record-edited", StringComparison.Ordinal)));
        while (await ProofIsGoodAsync())
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        while (
            !(await world.Wei.GetAsync("alerts?state=open&severity=urgent"))
                .ToJsonString()
                .Contains("audit-finding", StringComparison.Ordinal)
        )
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        // The node does not make evidence of what it did not record.
        var (status, body) = await world.Wei.TryAsync(HttpMethod.Get, $"audit/{reply.DecisionId}/evidence");
        Assert.Equal((HttpStatusCode.Conflict, "log-contradicts"), (status, (string?)JsonNode.Parse(body)!["code"]));
    }

    [Fact]
    public async Task Evidence_OfAPatientsAccessesAndOfACase_IsVerifiedByAShellAndByTheCodeOfOthers()
    {
        var token = await world.TokenAsync(world.Ward);
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var reply = await world.GetAsync("/Patient/f201", token);
            Assert.Equal(HttpStatusCode.OK, reply.Status);
            ids.Add(reply.DecisionId);
        }

        var other = await world.GetAsync("/Patient/f001", token);
        await world.TrailAsync(other.DecisionId);
        var log = new LogFiles(Assert.Single(Directory.GetDirectories(Path.Combine(world.Folder, "journal", "log"))));
        foreach (
            var (name, body) in new (string, object)[]
            {
                (
                    "patient",
                    new
                    {
                        patient = "Patient/f201",
                        tenant = "north",
                        why = "request 17",
                    }
                ),
                ("case", new { ids, why = "case 17" }),
            }
        )
        {
            var folder = Directory.CreateDirectory(Path.Combine(world.Folder, "evidence-of-" + name)).FullName;
            await UnpackAsync(HttpMethod.Post, "/admin/v1/audit:evidence", folder, body, ids, records: 4);
            var records = Directory.GetDirectories(Path.Combine(folder, "logs", "1", "records"));
            var key = (await File.ReadAllTextAsync(Path.Combine(folder, "logs", "1", "vkey"), Cancelled)).Trim();
            Assert.Equal(0, await ShellAsync(Path.Combine(folder, "verify.sh"), key));
            Assert.Equal(
                1,
                await ShellAsync(Path.Combine(folder, "verify.sh"), key.Replace("gw-test", "gw-other", StringComparison.Ordinal))
            );
            var bodies = records.Select(static record => JsonNode.Parse(File.ReadAllText(Path.Combine(record, "body.json")))!).ToList();
            Assert.All(ids, id => Assert.Contains(bodies, found => (string?)found["id"] == id));
            Assert.DoesNotContain(bodies, found => (string?)found["id"] == other.DecisionId);
            foreach (var record in records)
            {
                var proof = ProofFile.Read(await File.ReadAllTextAsync(Path.Combine(record, "tlog-proof"), Cancelled))!.Value;
                var path = Path.Combine(world.Folder, "path");
                await File.WriteAllLinesAsync(path, proof.Path.Select(static hash => hash.ToString()), Cancelled);

                // The tree of the bundle, not the one that it has grown to.
                var copy = Directory.CreateDirectory(Path.Combine(world.Folder, "log-of-" + name)).FullName;
                ForkedLogWorld.Copy(log.Folder, copy);
                await File.WriteAllTextAsync(Path.Combine(copy, "checkpoint"), proof.Checkpoint, Cancelled);
                var (verified, words) = go.Verify(copy, key, Path.GetFileName(record), path);
                Assert.True(verified, words);
            }
        }
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static async Task<int> ShellAsync(string script, string key)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", [script, key]) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    // Asked for until a checkpoint covers the record and all that belongs to it.
    private async Task<string> UnpackAsync(string id, string folder)
    {
        await UnpackAsync(HttpMethod.Get, $"audit/{id}/evidence", folder, null, [id], records: 1);
        return (await File.ReadAllTextAsync(Path.Combine(folder, "vkey"))).Trim();
    }

    // How many records tell of one act's end depends on when it ended: those that are asked for are there, and more beside them.
    private static bool HasAll(JsonArray files, IReadOnlyList<string> ids, int records)
    {
        var found = files
            .Where(static file => ((string)file!["name"]!).EndsWith("body.json", StringComparison.Ordinal))
            .Select(static file => (string?)JsonNode.Parse(Convert.FromBase64String((string)file!["content"]!))!["id"])
            .ToList();
        return found.Count >= records && ids.All(found.Contains);
    }

    private async Task UnpackAsync(HttpMethod method, string path, string folder, object? query, IReadOnlyList<string> ids, int records)
    {
        while (true)
        {
            var (status, body) = await world.Wei.TryAsync(method, path, query);
            if (status == HttpStatusCode.OK && HasAll(JsonNode.Parse(body)!["files"]!.AsArray(), ids, records))
            {
                foreach (var file in JsonNode.Parse(body)!["files"]!.AsArray())
                {
                    var target = Path.Combine(folder, (string)file!["name"]!);
                    Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                    await File.WriteAllBytesAsync(target, Convert.FromBase64String((string)file["content"]!));
                }

                return;
            }

            Assert.Contains(status, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.Conflict]);
            await Task.Delay(100);
        }
    }

    private Task<(int ExitCode, string Output)> VerifyAsync() =>
        GatewayProcess.RunAsync("verify-audit", "--config", Path.Combine(world.Folder, $"gateway-{world.Gateway.Data.Port}.json"));

    private async Task<(int Code, string Output)> PhigwAsync(string key)
    {
        await using var connection = new NpgsqlConnection(await File.ReadAllTextAsync(Path.Combine(world.Folder, "audit.connection")));
        await connection.OpenAsync();
        var rows = await DumpAsync(connection, "SELECT row_to_json(e)::text FROM audit_event e ORDER BY log, sequence", "rows.ndjson");
        var heads = await DumpAsync(connection, "SELECT row_to_json(h)::text FROM audit_head h ORDER BY log, size", "heads.ndjson");
        var journal = Path.Combine(world.Folder, "journal");
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await PhigwCommand.RunAsync(
            [
                "audit",
                "verify",
                "--log",
                Path.Combine(journal, "log"),
                "--vkey",
                key,
                "--journal",
                journal,
                "--log-keys",
                Path.Combine(journal, "log-keys"),
                "--rows",
                rows,
                "--heads",
                heads,
            ],
            output,
            error
        );
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return (code, code == 2 ? error.ToString() : string.Join('\n', lines.Skip(1)));
    }

    private async Task<string> DumpAsync(NpgsqlConnection connection, string sql, string name)
    {
        var path = Path.Combine(world.Folder, name);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        await using var file = new StreamWriter(path);
        while (await reader.ReadAsync())
        {
            await file.WriteLineAsync(reader.GetString(0));
        }

        return path;
    }

    private async Task<bool> ProofIsGoodAsync()
    {
        var (_, body) = await world.Wei.TryAsync(HttpMethod.Get, "/readyz");
        return (bool)JsonNode.Parse(body)!["parts"]!.AsArray().Single(part => (string?)part!["name"] == "audit proof")!["ready"]!;
    }
}
