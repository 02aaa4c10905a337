using System.Buffers;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Identity.Signals;

/// <summary>Validates what an operator wrote under <c>Signals</c>; called by the host's validation at the start.</summary>
public static class SignalsValidator
{
    private const int ShortestSecret = 32;

    private static readonly TimeSpan LongestAge = TimeSpan.FromDays(7);

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Adds every problem found, by member and in words; the listener is judged by whoever opens listeners.</summary>
    /// <param name="options">What was written.</param>
    /// <param name="issuers">Names of the token issuers.</param>
    /// <param name="add">Takes a problem.</param>
    public static void Validate(SignalsOptions options, IReadOnlyCollection<string> issuers, Action<string, string> add)
    {
        if (options.Listener is not null && options.Transmitters.Count == 0)
        {
            add("Transmitters", "must not be empty where there is a listener.");
        }

        for (var place = 0; place < options.Transmitters.Count; place++)
        {
            var one = options.Transmitters[place];
            var before = options.Transmitters.Take(place).ToList();
            void Add(string member, string words) => add($"Transmitters:{place}:{member}", words);
            if (one.Name.Length is 0 or > 32 || one.Name.AsSpan().ContainsAnyExcept(NameCharacters))
            {
                Add("Name", "must be 1 to 32 of a-z, 0-9 and hyphen.");
            }
            else if (before.Any(other => other.Name == one.Name || other.Issuer == one.Issuer))
            {
                Add("Name", "and Issuer must be nobody else's.");
            }

            ValidateOne(one, issuers, Add);
        }
    }

    private static void ValidateOne(TransmitterOptions one, IReadOnlyCollection<string> issuers, Action<string, string> add)
    {
        if (!IsWeb(one.Issuer))
        {
            add("Issuer", "is required: an https URL (http on loopback).");
        }

        if (string.IsNullOrWhiteSpace(one.Audience))
        {
            add("Audience", "is required: what the transmitter calls this gateway.");
        }

        if (one.Algorithms.Any(static name => SignatureAlgorithm.Find(name) is null))
        {
            add("Algorithms", $"must be some of {SignatureAlgorithm.Names}.");
        }

        if (
            (one.TokenIssuers.Count == 0 && !one.EndsConsoleSessions)
            || one.TokenIssuers.FirstOrDefault(name => !issuers.Contains(name)) is not null
        )
        {
            add("TokenIssuers", "must name issuers of Issuers, the token service or its providers of persons.");
        }

        if (one.PollEndpoint is { } endpoint && !IsWeb(endpoint))
        {
            add("PollEndpoint", "must be an https URL (http on loopback).");
        }

        ValidateVerification(one, add);
        ValidateSecret("PushSecret", one.PushSecret, add);
        ValidateSecret("PollSecret", one.PollSecret, add);
        if (one.FalseSignaturesPerSecondPerPeer is < 1 or > 100_000)
        {
            add("FalseSignaturesPerSecondPerPeer", "must be between 1 and 100,000.");
        }

        if (one.PollPause <= TimeSpan.Zero || one.PollPause > TimeSpan.FromHours(1))
        {
            add("PollPause", "must be more than zero and at most 1 hour.");
        }

        if (one.ExpectEvery < TimeSpan.FromMinutes(1) || one.ExpectEvery > TimeSpan.FromDays(30))
        {
            add("ExpectEvery", "must be between 1 minute and 30 days.");
        }

        if (one.MaxAge < TimeSpan.FromMinutes(1) || one.MaxAge > LongestAge)
        {
            add("MaxAge", "must be between 1 minute and 7 days.");
        }

        if (one.MostPerHour is < 1 or > 10_000)
        {
            add("MostPerHour", "must be between 1 and 10000.");
        }

        if (one.ActAtRisk is not ("HIGH" or "MEDIUM"))
        {
            add("ActAtRisk", "must be HIGH or MEDIUM.");
        }
    }

    private static void ValidateVerification(TransmitterOptions one, Action<string, string> add)
    {
        if (one.VerificationEndpoint is { } endpoint && !IsWeb(endpoint))
        {
            add("VerificationEndpoint", "must be an https URL (http on loopback).");
        }

        if (one.StreamId is { Length: 0 or > 256 } || (one.StreamId is null) != (one.VerificationEndpoint is null))
        {
            add("StreamId", "is required with VerificationEndpoint, and with nothing else: 1 to 256 characters.");
        }

        if (one.VerificationSecret is not null && one.VerificationEndpoint is null)
        {
            add("VerificationSecret", "is shown at VerificationEndpoint only.");
        }

        ValidateSecret("VerificationSecret", one.VerificationSecret, add);
        if (one.VerifyEvery < TimeSpan.FromMinutes(1) || one.VerifyEvery > TimeSpan.FromDays(1))
        {
            add("VerifyEvery", "must be between 1 minute and 1 day.");
        }
    }

    private static void ValidateSecret(string member, string? reference, Action<string, string> add)
    {
        if (reference is null)
        {
            return;
        }

        if (!SecretReference.TryResolve(reference, out var secret, out var problem))
        {
            add(member, problem);
        }
        else if (secret.Length < ShortestSecret)
        {
            add(member, "must resolve to at least 32 characters.");
        }
    }

    private static bool IsWeb(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri is { Fragment.Length: 0, UserInfo.Length: 0 };
}
