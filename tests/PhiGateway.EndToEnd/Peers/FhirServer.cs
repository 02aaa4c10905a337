using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>
/// A FHIR server without access control behind the gateway under test; remembers what reached it and misbehaves on demand.
/// </summary>
internal sealed class FhirServer : IAsyncDisposable
{
    // Null: it is one of those of the run's one process.
    private readonly NodeProcess? _process;
    private readonly HttpClient _http = new();

    private FhirServer(string address, NodeProcess? process) => (Base, _process) = (address, process);

    /// <summary>Its FHIR base, such as <c>http://127.0.0.1:40000/fhir/R4</c>.</summary>
    public string Base { get; }

    private string Origin => new Uri(Base).GetLeftPart(UriPartial.Authority);

    /// <param name="authorization">The only Authorization header it accepts; null: it accepts everything.</param>
    /// <param name="fixtures">Files with resources that it holds besides its own.</param>
    public static Task<FhirServer> StartAsync(string? authorization = null, params string[] fixtures) =>
        StartAsync(authorization, self: null, fixtures);

    /// <param name="authorization">The only Authorization header it accepts; null: it accepts everything.</param>
    /// <param name="self">Base by which it names itself in links; null: the one it listens on.</param>
    /// <param name="fixtures">As above.</param>
    public static async Task<FhirServer> StartAsync(string? authorization, string? self, IReadOnlyList<string> fixtures) =>
        new(await FhirServerHost.StartAsync(authorization, self, fixtures), process: null);

    /// <summary>One in a process of its own: it makes others wait for what is large, or has search parameters besides R4's.</summary>
    /// <param name="authorization">The only Authorization header it accepts; null: it accepts everything.</param>
    /// <param name="fixtures">As above, or with a Bundle of its search parameters.</param>
    public static async Task<FhirServer> StartAloneAsync(string? authorization, params string[] fixtures)
    {
        var process = await NodeProcess.StartAsync(
            "fhir.mjs",
            [
                .. authorization is null ? Array.Empty<string>() : ["--authorization", authorization],
                .. fixtures.SelectMany(static file => new[] { "--fixtures", file }),
            ]
        );
        return new FhirServer(process.Address, process);
    }

    /// <summary>Every FHIR request that reached it, in order.</summary>
    public async Task<IReadOnlyList<RecordedRequest>> RecordedAsync() =>
        await _http.GetFromJsonAsync<List<RecordedRequest>>(Origin + "/__recorded") ?? [];

    public async Task ForgetRecordedAsync() => (await _http.DeleteAsync(Origin + "/__recorded")).EnsureSuccessStatusCode();

    /// <summary>Makes it misbehave (modes: <c>tests/peers/fhir/faults.mjs</c>), first set first served.</summary>
    /// <param name="mode">Name of the fault.</param>
    /// <param name="match">Only for URLs with this part; null: all.</param>
    /// <param name="times">How often; null: until cleared.</param>
    /// <param name="delay">Milliseconds before it answers.</param>
    public async Task SetFaultAsync(string mode, string? match = null, int? times = null, int? delay = null) =>
        (await _http.PostAsJsonAsync(Origin + "/__faults", new Fault(mode, match, times, delay))).EnsureSuccessStatusCode();

    public async Task ClearFaultsAsync() => (await _http.DeleteAsync(Origin + "/__faults")).EnsureSuccessStatusCode();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is null)
        {
            await FhirServerHost.EndAsync(Base);
        }
        else
        {
            await _process.DisposeAsync();
        }
    }

    private sealed record Fault(
        string Mode,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Match,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Times,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Delay
    );
}

/// <summary>A request as it came in at the clinical system.</summary>
/// <param name="Method">Exact.</param>
/// <param name="Url">Request target, exact.</param>
/// <param name="Headers">Lower-case names.</param>
/// <param name="Body">As UTF-8 text.</param>
internal sealed record RecordedRequest(string Method, string Url, IReadOnlyDictionary<string, JsonElement> Headers, string Body)
{
    /// <summary>A header's value; null when it did not arrive.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value.ToString() : null;
}
