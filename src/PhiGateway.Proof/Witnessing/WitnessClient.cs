using System.Globalization;
using System.Net;
using System.Text;
using PhiGateway.Proof.Checkpoints;

namespace PhiGateway.Proof.Witnessing;

/// <summary>Asks witnesses over HTTP, by C2SP tlog-witness; for <see cref="WitnessFeed"/>. Thread-safe.</summary>
/// <param name="http">Its own; its timeout and the most that it reads of an answer are the caller's to set.</param>
public sealed class WitnessClient(HttpClient http)
{
    /// <summary>Most of an answer that is read: signature lines, or a checkpoint.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>Hands in a checkpoint.</summary>
    /// <exception cref="HttpRequestException">It could not be asked.</exception>
    public async Task<WitnessAnswer> AddAsync(WitnessPeer peer, WitnessRequest request, CancellationToken cancellationToken)
    {
        using var content = new StringContent(request.ToBody(), Encoding.UTF8, "text/plain");
        using var answer = await http.PostAsync(new Uri(peer.Address, "add-checkpoint"), content, cancellationToken);
        return new WitnessAnswer(
            (int)answer.StatusCode,
            await ReadAsync(answer, cancellationToken),
            answer.Content.Headers.ContentType?.MediaType ?? string.Empty
        );
    }

    /// <summary>What a witness shows of a log: the newest checkpoint that it cosigned; null when it shows none.</summary>
    /// <exception cref="HttpRequestException">It could not be asked.</exception>
    public async Task<SignedNote?> NewestAsync(WitnessPeer peer, string origin, CancellationToken cancellationToken)
    {
        using var answer = await http.GetAsync(new Uri(peer.Address, Witness.HashOf(origin) + "/checkpoint"), cancellationToken);
        return answer.StatusCode == HttpStatusCode.OK ? SignedNote.Parse(await ReadAsync(answer, cancellationToken)) : null;
    }

    // Whatever character set it claims.
    private static async Task<string> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(cancellationToken));

    /// <summary>The size that a refusal tells; null when it tells none.</summary>
    public static long? SizeOf(WitnessAnswer answer) =>
        answer is { Status: 409, ContentType: WitnessAnswer.SizeType }
        && long.TryParse(answer.Body.AsSpan().TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : null;
}
