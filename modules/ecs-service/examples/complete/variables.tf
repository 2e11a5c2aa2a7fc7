variable "region" {
  description = "AWS region to work in."
  type        = string
  default     = "eu-central-1"
}

variable "images" {
  description = "Image by colour. A deployment changes the one that is idle."
  type        = map(string)
  default = {
    blue  = "public.ecr.aws/docker/library/nginx:1.27.0"
    green = "public.ecr.aws/docker/library/nginx:1.27.1"
  }
}

variable "idle" {
  description = "Colours that are scaled to zero."
  type        = set(string)
  default     = ["green"]
}
