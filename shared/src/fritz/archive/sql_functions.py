"""Functions that may be called in SQL of people: none acts, none reads files, none rolls dice."""

from typing import Final

__all__ = ["ALLOWED_FUNCTIONS"]

_NAMES: Final = """
    And Or Xor Case If Coalesce Nullif Cast TryCast Exists Unnest Struct Array StructExtract Count
    CountIf Sum Avg Min Max AnyValue ArrayAgg ArrayConcatAgg LogicalAnd LogicalOr Stddev StddevPop
    StddevSamp Variance VariancePop Corr CovarPop CovarSamp ApproxDistinct ApproxQuantiles
    ApproxQuantile Quantile Median PercentileCont PercentileDisc ArgMax ArgMin BitwiseAndAgg
    BitwiseOrAgg BitwiseXorAgg GroupConcat RowNumber Rank DenseRank PercentRank CumeDist Ntile Lag
    Lead FirstValue LastValue NthValue First Last Abs Sign Sqrt Cbrt Exp Ln Log Pow Ceil Floor
    Round Trunc Greatest Least SafeDivide Mod Rint SafeAdd SafeSubtract SafeMultiply SafeNegate
    IsNan IsInf RangeBucket Nanvl Sin Cos Tan Cot Sinh Cosh Tanh Asin Acos Atan Atan2 Asinh Acosh
    Atanh Degrees Radians Pi BitwiseCount Concat ConcatWs Length ByteLength Lower Upper Initcap
    Trim Left Right Substring Replace Reverse Repeat Pad StartsWith EndsWith Contains StrPosition
    Split SplitPart Chr Ascii Unicode Format RegexpLike RegexpExtract RegexpExtractAll
    RegexpReplace RegexpInstr ToCodePoints Translate Hex LowerHex Unhex MD5 MD5Digest SHA SHA2
    SHA2Digest SHA1Digest FarmFingerprint ArraySize ArrayConcat ArrayReverse ArrayToString
    ArrayContains ArrayFirst ArrayLast ArraySlice ArraySum ArrayMin ArrayMax GenerateSeries Date
    Datetime Time Timestamp Extract DateAdd DateSub DateDiff DateTrunc DatetimeAdd DatetimeSub
    DatetimeDiff DatetimeTrunc TimestampAdd TimestampSub TimestampDiff TimestampTrunc TimeTrunc
    DateFromParts TimestampFromParts LastDay Year Quarter Month Week Day Hour Minute Second
    DayOfWeek DayOfMonth DayOfYear WeekOfYear UnixDate UnixSeconds UnixMillis UnixMicros
    UnixToTime UnixToTimeStr DateFromUnixDate StrToDate StrToTime TimeToStr TsOrDsToDate
    TsOrDsToTimestamp TsOrDsToTime TsOrDsAdd TsOrDsDiff ParseDatetime ParseTime CurrentDate
    CurrentTimestamp CurrentDatetime
"""
ALLOWED_FUNCTIONS: Final = frozenset(_NAMES.split())
"""Class names of sqlglot; what BigQuery spells otherwise is read as one of these, or refused."""
