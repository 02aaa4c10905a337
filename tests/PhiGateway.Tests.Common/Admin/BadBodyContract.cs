using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Common.Admin;

/// <summary>
/// Whatever stands in the place of a member's value: a clear problem in which nothing has changed, or a call that is understood; never a
/// fault, and on every database the same.
/// </summary>
public abstract class BadBodyContract
{
    protected abstract Task<StorageLocation> LocateAsync();

    [Fact]
    public async Task Body_WithAnythingInAMembersPlace_IsAClearProblemOrUnderstood_NeverAFault()
    {
        await using var world = await OpenAsync();
        var failed = new List<string>();
        foreach (var (who, method, path, body) in BadBodies.Calls)
        {
            foreach (var (place, text) in Variations(body))
            {
                await CheckAsync(world, who, method, path, text, place, failed);
            }
        }

        Assert.True(failed.Count == 0, $"{failed.Count}\n{string.Join('\n', failed.Take(40))}");
    }

    [Fact]
    public async Task Query_WithAnythingInAValuesPlace_IsAClearProblemOrUnderstood_NeverAFault()
    {
        await using var world = await OpenAsync();
        var failed = new List<string>();
        foreach (var (who, path) in BadBodies.Queries)
        {
            // In a path it is the server's own to refuse, before there is an API.
            foreach (var text in BadBodies.Texts.Where(text => text != "%00" || path.Contains('?', StringComparison.Ordinal)))
            {
                await CheckAsync(world, who, "GET", path.Replace("*", text, StringComparison.Ordinal), null, string.Empty, failed);
            }
        }

        Assert.True(failed.Count == 0, $"{failed.Count}\n{string.Join('\n', failed.Take(40))}");
    }

    [Fact]
    public async Task Import_OfBadLinesAmongGood_TakesTheGoodOnes_AndNamesTheBad()
    {
        await using var world = await OpenAsync();
        string[] bad =
        [
            """{"patient":"p-1","source":"a\u0000b"}""",
            """{"patient":"p-1","source":"\ud800"}""",
            """{"patient":"\u0000"}""",
            """{"patient":"p-1","until":"9999-99-99"}""",
            """{"patient":"p-1","patient":"p-2"}""",
            """{"patient":"p-1","colour":1}""",
            "null",
            "[]",
            "{",
            """{"patient":1}""",
        ];
        string[] good =
        [
            """{"patient":"g-1","from":"0001-01-01T00:00:00Z","until":"9999-12-31T23:59:59Z"}""",
            """{"patient":"g-2","source":"Stationäre Aufnahme 😀"}""",
        ];
        var lines = string.Join('\n', good.Take(1).Concat(bad).Concat(good.Skip(1))) + "\n";
        var answer = await world.Server.SendAsync(
            "olga",
            "POST",
            "/admin/v1/rosters/acme-orders/members:import",
            lines,
            ("Content-Type", "application/x-ndjson")
        );
        Assert.Equal(200, answer.Status);
        var last = JsonNode.Parse(answer.Text.TrimEnd().Split('\n')[^1])!;
        Assert.True((long)last["accepted"]! == good.Length && (long)last["rejected"]! == bad.Length, answer.Text);
        Assert.Equal(
            Enumerable.Range(2, bad.Length).Select(static line => (long)line),
            last["errors"]!.AsArray().Select(static e => (long)e!["line"]!)
        );
        var members = (await world.Server.GetAsync("/admin/v1/rosters/acme-orders/members", "olga")).Json["items"]!.AsArray();
        Assert.Equal(["g-1", "g-2"], members.Select(static member => (string)member!["patient"]!));
    }

    private static async Task CheckAsync(
        StoredAdmin world,
        string who,
        string method,
        string path,
        string? body,
        string place,
        List<string> failed
    )
    {
        var before = await world.Store.GetRevisionAsync(default);
        var answer = await world.Server.SendAsync(who, method, path, body);
        var words =
            $"{method} {path[..Math.Min(path.Length, 90)]} {place}: {answer.Status} {answer.Text[..Math.Min(answer.Text.Length, 200)]}";
        if (answer.Status >= 500)
        {
            failed.Add(words);
        }
        else if (answer.Status >= 400)
        {
            var isClear = answer.ContentType.Contains("json", StringComparison.Ordinal) && answer.Text.Length > 0;
            var isUnchanged = await world.Store.GetRevisionAsync(default) == before;
            if (!isClear || !isUnchanged)
            {
                failed.Add((isClear ? "changed something: " : "no problem: ") + words);
            }
        }
    }

    private static IEnumerable<(string Place, string Text)> Variations(string body)
    {
        yield return ("as it is", body);
        foreach (var whole in BadBodies.Wholes)
        {
            yield return ("whole " + whole[..Math.Min(whole.Length, 20)], whole);
        }

        foreach (var place in Places(JsonNode.Parse(body)!, string.Empty))
        {
            foreach (var value in BadBodies.Values)
            {
                yield return ($"{place} = {value[..Math.Min(value.Length, 30)]}", With(body, place, value));
            }
        }
    }

    private static IEnumerable<string> Places(JsonNode node, string path)
    {
        if (path.Length > 0)
        {
            yield return path;
        }

        var inner = node switch
        {
            JsonObject json => json.Select(static pair => (pair.Key, Value: pair.Value)),
            JsonArray array => array.Select(static (value, place) => ($"{place}", Value: value)),
            _ => [],
        };
        foreach (var (name, value) in inner.Where(static pair => pair.Value is not null))
        {
            foreach (var place in Places(value!, $"{path}/{name}"))
            {
                yield return place;
            }
        }
    }

    // By text: what is put in may be nothing that a JSON library holds.
    private static string With(string body, string place, string value)
    {
        const string Mark = "\"@@here@@\"";
        var root = JsonNode.Parse(body)!;
        var steps = place.Split('/')[1..];
        var node = root;
        foreach (var step in steps[..^1])
        {
            node = node is JsonArray array ? array[int.Parse(step)]! : node[step]!;
        }

        if (node is JsonArray list)
        {
            list[int.Parse(steps[^1])] = "@@here@@";
        }
        else
        {
            node[steps[^1]] = "@@here@@";
        }

        return root.ToJsonString().Replace(Mark, value.Trim(), StringComparison.Ordinal);
    }

    private async Task<StoredAdmin> OpenAsync()
    {
        var world = await StoredAdmin.OpenAsync(await LocateAsync());
        await Sample.WriteAsync(world.Server);
        await world.Server.AddKeyAsync("paula", "privacy-officer");
        await world.Server.AddKeyAsync("carl", "audit-consumer");
        var note = """{"id":"a1","kind":"note","subject":"client/acme-connector","at":"2026-01-01T00:00:00Z","evidence":"Look."}""";
        Assert.Equal(201, (await world.Server.PostAsync("/admin/v1/alerts", note)).Status);
        return world;
    }
}
