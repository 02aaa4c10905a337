using System.Text;
using System.Text.Json.Nodes;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>A receiver of OpenTelemetry logs that reads them with what OpenTelemetry makes of its own protocol files.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly NodeProcess _process;
    private readonly HttpClient _http = new();

    private OtlpReceiver(NodeProcess process) => _process = process;

    /// <summary>Its base; logs go below it.</summary>
    public string Address => _process.Address;

    public static async Task<OtlpReceiver> StartAsync() => new(await NodeProcess.StartAsync("otlp.mjs"));

    /// <summary>Every log record that it took, in the order in which they came.</summary>
    public async Task<List<JsonObject>> ReceivedAsync() =>
        [.. JsonNode.Parse(await _http.GetStringAsync($"{Address}/received"))!.AsArray().Select(static one => one!.AsObject())];

    /// <summary>What it answers to the next calls.</summary>
    public async Task AnswerAsync(string answers)
    {
        using var body = new StringContent(answers, Encoding.UTF8, "application/json");
        using var taken = await _http.PostAsync($"{Address}/answers", body);
        taken.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
