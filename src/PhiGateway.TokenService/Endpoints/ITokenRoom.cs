using PhiGateway.Policy.Snapshot;

namespace PhiGateway.TokenService.Endpoints;

/// <summary>
/// How much of the token service one client may take: requests a second and requests at once, over all endpoints that it authenticates at.
/// Implemented by the host over the gates that calls of clients meet; asked by the authentication of clients.
/// </summary>
public interface ITokenRoom
{
    /// <summary>How long the client must wait before a request of it has room; zero: it need not. Takes nothing.</summary>
    /// <remarks>
    /// Security: asked of whoever shows the client's signature, before anything is written for it. Who replays somebody's assertion learns that
    /// the client is busy, and takes none of its room.
    /// </remarks>
    TimeSpan WaitOf(ClientEntry client);

    /// <summary>Takes room for one request of a client that is authenticated.</summary>
    /// <param name="client">Whose.</param>
    /// <param name="wait">How long it must wait, where there is none.</param>
    /// <returns>The place, given back by disposing it at the end of the request; null: there is no room.</returns>
    IDisposable? Enter(ClientEntry client, out TimeSpan wait);

    /// <summary>Counts a request that was refused for want of something else that has a limit.</summary>
    /// <param name="budget">The limit's name: a word of this program.</param>
    void CountExhausted(string budget);
}
