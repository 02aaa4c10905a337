using System.Net.Http.Json;
using PhiGateway.EndToEnd.Peers;

namespace PhiGateway.EndToEnd.DeclaredApis;

/// <summary>
/// A laboratory system with a JSON REST API of its own and no access control; remembers what reached it and misbehaves on demand.
/// </summary>
internal sealed class ResultsServer : IAsyncDisposable
{
    private readonly NodeProcess _process;
    private readonly HttpClient _http = new();

    private ResultsServer(NodeProcess process) => _process = process;

    /// <summary>Its base, such as <c>http://127.0.0.1:40000/api</c>.</summary>
    public string Base => _process.Address;

    private string Origin => new Uri(Base).GetLeftPart(UriPartial.Authority);

    /// <param name="authorization">The only Authorization header it accepts.</param>
    public static async Task<ResultsServer> StartAsync(string authorization) =>
        new(await NodeProcess.StartAsync("results.mjs", "--authorization", authorization));

    public async Task<IReadOnlyList<RecordedRequest>> RecordedAsync() =>
        await _http.GetFromJsonAsync<List<RecordedRequest>>(Origin + "/__recorded") ?? [];

    public async Task ForgetRecordedAsync() => (await _http.DeleteAsync(Origin + "/__recorded")).EnsureSuccessStatusCode();

    /// <summary>Misbehaves once (modes: <c>tests/peers/results.mjs</c> and <c>fhir/faults.mjs</c>).</summary>
    public async Task SetFaultAsync(string mode) =>
        (await _http.PostAsJsonAsync(Origin + "/__faults", new { mode, times = 1 })).EnsureSuccessStatusCode();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
