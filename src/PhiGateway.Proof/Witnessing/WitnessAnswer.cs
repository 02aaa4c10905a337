namespace PhiGateway.Proof.Witnessing;

/// <summary>What a witness answers: the parts of an HTTP answer of C2SP tlog-witness.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">Signature lines, the size that is known, or words.</param>
/// <param name="ContentType">Of the body.</param>
public sealed record WitnessAnswer(int Status, string Body, string ContentType = WitnessAnswer.Text)
{
    /// <summary>Of words and of signature lines.</summary>
    public const string Text = "text/plain; charset=utf-8";

    /// <summary>Of the size that a witness knows.</summary>
    public const string SizeType = "text/x.tlog.size";
}
