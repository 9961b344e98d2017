"""A town's old lists: from CSV, xlsx, xls and ods to rows, mapped and read with doubt; nothing is dropped."""
