using System.Collections.Concurrent;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Tests.Common.Admin.Fakes;

/// <summary>Requests to be registered in memory; the time of a request is not looked at.</summary>
internal sealed class FakeRegistrationRequests : IRegistrationRequests
{
    private readonly ConcurrentDictionary<string, RegistrationRequest> _requests = new(StringComparer.Ordinal);

    /// <summary>The database does not answer.</summary>
    public bool IsAway { get; set; }

    /// <summary>Called before each decision, to decide otherwise or to fail.</summary>
    public Action? BeforeDeciding { get; set; }

    public IReadOnlyCollection<RegistrationRequest> All => [.. _requests.Values];

    public Task<RegistrationRequest?> TryAddAsync(RegistrationRequest request, int most, CancellationToken cancellationToken)
    {
        StoreAwayException.ThrowIf(IsAway);
        if (!_requests.ContainsKey(request.Id) && _requests.Values.Count(static one => one.State == RegistrationState.Pending) < most)
        {
            _requests[request.Id] = request;
        }

        return FindAsync(request.Id, cancellationToken);
    }

    public Task<RegistrationRequest?> FindAsync(string id, CancellationToken cancellationToken)
    {
        StoreAwayException.ThrowIf(IsAway);
        return Task.FromResult(_requests.GetValueOrDefault(id));
    }

    public Task<RegistrationPart> ListAsync(RegistrationFilter filter, int skip, int take, CancellationToken cancellationToken)
    {
        StoreAwayException.ThrowIf(IsAway);
        RegistrationRequest[] meant =
        [
            .. _requests
                .Values.Where(filter.Covers)
                .OrderBy(static one => one.State)
                .ThenBy(static one => one.ReceivedAt)
                .ThenBy(static one => one.Id, StringComparer.Ordinal),
        ];
        return Task.FromResult(new RegistrationPart([.. meant.Skip(skip).Take(take)], meant.Length));
    }

    public Task<IReadOnlyList<string>> DeclineAsync(
        IReadOnlyList<string> ids,
        string decidedBy,
        DateTimeOffset decidedAt,
        string reason,
        CancellationToken cancellationToken
    )
    {
        Before();
        StoreAwayException.ThrowIf(IsAway);
        var declined = new List<string>();
        foreach (var id in ids)
        {
            if (
                _requests.TryGetValue(id, out var current)
                && current.State == RegistrationState.Pending
                && _requests.TryUpdate(
                    id,
                    current with
                    {
                        State = RegistrationState.Declined,
                        DecidedBy = decidedBy,
                        DecidedAt = decidedAt,
                        Reason = reason,
                    },
                    current
                )
            )
            {
                declined.Add(id);
            }
        }

        return Task.FromResult<IReadOnlyList<string>>(declined);
    }

    public Task<bool> TryDecideAsync(RegistrationRequest decided, CancellationToken cancellationToken)
    {
        Before();
        return Task.FromResult(
            _requests.TryGetValue(decided.Id, out var current)
                && current.State == RegistrationState.Pending
                && _requests.TryUpdate(decided.Id, decided, current)
        );
    }

    public Task DropEndedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Before()
    {
        var before = BeforeDeciding;
        BeforeDeciding = null;
        before?.Invoke();
    }
}
