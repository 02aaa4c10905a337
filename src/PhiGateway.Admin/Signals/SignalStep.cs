using System.Text.Json;
using PhiGateway.Identity.Signals;

namespace PhiGateway.Admin.Signals;

/// <summary>What a signal asks for.</summary>
internal enum SignalStep
{
    /// <summary>It cannot be read: refused.</summary>
    Unreadable,

    /// <summary>To be known, no more.</summary>
    Record,

    /// <summary>Tokens that were issued before it count no longer.</summary>
    EndTokens,

    /// <summary>Where its subject is a registered client, that is quarantined; where it is not, its tokens end.</summary>
    Quarantine,
}

/// <summary>Says what the events of CAEP 1.0 ask for; what nobody knows asks for nothing, and what is malformed is refused.</summary>
internal static class SignalSteps
{
    private static readonly string[] Risks = ["LOW", "MEDIUM", "HIGH"];

    /// <param name="signal">The event.</param>
    /// <param name="actAtRisk">Risk from which on a change of it counts.</param>
    public static SignalStep Of(SecurityEvent signal, string actAtRisk)
    {
        if (!signal.Type.StartsWith(SecurityEvent.Caep, StringComparison.Ordinal))
        {
            return SignalStep.Record;
        }

        return signal.Type[SecurityEvent.Caep.Length..] switch
        {
            "session-revoked" => SignalStep.EndTokens,
            "credential-change" => OfCredential(signal.Claims),
            "assurance-level-change" => OfAssurance(signal.Claims),
            "risk-level-change" => OfRisk(signal.Claims, actAtRisk),
            _ => SignalStep.Record,
        };
    }

    /// <summary>The last part of its type, for records: never more than a few letters of it.</summary>
    public static string WordOf(SecurityEvent signal)
    {
        var word = signal.Type[(signal.Type.LastIndexOf('/') + 1)..];
        return word.Length is > 0 and <= 40 && word.All(static c => char.IsAsciiLetterLower(c) || c == '-') ? word : "other";
    }

    private static SignalStep OfCredential(JsonElement claims) =>
        TextOf(claims, "credential_type") is null
            ? SignalStep.Unreadable
            : TextOf(claims, "change_type") switch
            {
                "revoke" or "delete" => SignalStep.Quarantine,
                "update" => SignalStep.EndTokens,
                "create" => SignalStep.Record,
                _ => SignalStep.Unreadable,
            };

    // Without a direction nobody says that it went up.
    private static SignalStep OfAssurance(JsonElement claims)
    {
        if (TextOf(claims, "current_level") is null)
        {
            return SignalStep.Unreadable;
        }

        return (claims.TryGetProperty("change_direction", out _), TextOf(claims, "change_direction")) switch
        {
            (false, _) or (_, "decrease") => SignalStep.EndTokens,
            (_, "increase") => SignalStep.Record,
            _ => SignalStep.Unreadable,
        };
    }

    private static SignalStep OfRisk(JsonElement claims, string actAtRisk)
    {
        var risk = Array.IndexOf(Risks, TextOf(claims, "current_level"));
        if (risk < 0)
        {
            return SignalStep.Unreadable;
        }

        return risk >= Array.IndexOf(Risks, actAtRisk) ? SignalStep.Quarantine : SignalStep.Record;
    }

    private static string? TextOf(JsonElement claims, string name)
    {
        try
        {
            return claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // An escape that is no text.
            return null;
        }
    }
}
